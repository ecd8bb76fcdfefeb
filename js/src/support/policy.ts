// Connections that the page's Content-Security-Policy may forbid.
import { inTime } from './deadline-timer.js';

/** Time within which the browser reports a forbidden fetch after it has failed (ms). */
const longestReport = 300;

/** Calls fetch(). If the page's policy forbids it, rejects with an Error whose message says so and what to do. */
export async function fetchUnderPolicy(url: string | URL, options: RequestInit): Promise<Response> {
  const listening = new AbortController();
  const forbidden = new Promise<void>((resolve) => {
    const onReport = (event: Event): void => {
      if (forbids(event as SecurityPolicyViolationEvent, url)) resolve();
    };
    globalThis.addEventListener?.('securitypolicyviolation', onReport, { signal: listening.signal });
  });
  try {
    return await fetch(url, options);
  } catch (error) {
    const mayBeForbidden = error instanceof TypeError && 'SecurityPolicyViolationEvent' in globalThis;
    if (mayBeForbidden && (await inTime(forbidden, longestReport))) throw new Error(advice(url), { cause: error });
    throw error;
  } finally {
    listening.abort();
  }
}

/** Compares by prefix: `blockedURI` may be the origin only, and has no fragment. */
function forbids(report: SecurityPolicyViolationEvent, url: string | URL): boolean {
  const { effectiveDirective, disposition, blockedURI } = report;
  return effectiveDirective === 'connect-src' && disposition === 'enforce' && absolute(url).href.startsWith(blockedURI);
}

function advice(url: string | URL): string {
  return `the page's Content-Security-Policy forbids it: add ${absolute(url).origin} to connect-src`;
}

function absolute(url: string | URL): URL {
  return new URL(url, globalThis.document?.baseURI);
}
