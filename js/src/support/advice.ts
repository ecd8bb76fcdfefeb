// Finds out why something could not be fetched. Loaded when that has happened.
import { fetchUnderPolicy } from './policy.js';
import { messageOf } from './problem.js';

/** Time limit of the second request (ms). */
const longestProbe = 1000;

/**
 * Returns the reason why `url` could not be fetched. Costs another request in browsers, where a policy could have
 * forbidden it.
 */
export async function whyNotFetched(url: string | URL, error: unknown): Promise<string> {
  if (!('SecurityPolicyViolationEvent' in globalThis)) return messageOf(error);
  const probe: RequestInit = { method: 'HEAD', mode: 'no-cors', signal: AbortSignal.timeout(longestProbe) };
  return fetchUnderPolicy(url, probe).then(
    () => messageOf(error),
    (failure: unknown) => messageOf(failure instanceof TypeError || failure instanceof DOMException ? error : failure),
  );
}
