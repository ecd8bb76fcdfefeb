// The parts of an address and of its query, as Enrich reads them.
import { address } from './conversions.js';

export interface UrlParts {
  scheme: string;
  host: string | undefined;
  port: number;
  path: string | undefined;
  query: string | undefined;
  fragment: string | undefined;
}

// Does not normalise: Enrich keeps an address as it came. The pattern takes time linear in the length of the address,
// which is not limited: each part ends at a character that it cannot contain, and everything after the scheme matches.
export function urlParts(value: unknown): UrlParts | undefined {
  const parts = /^([^:/?#]+):\/\/([^/?#]*)([^?#]*)\??([^#]*)#?(.*)/s.exec(address(value) ?? '');
  if (!parts) return undefined;
  const [, scheme = '', authority = '', path, query, fragment] = parts;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return {
    scheme,
    host: host.replace(/:\d*$/, '') || undefined,
    port: Number(/:(\d+)$/.exec(host)?.[1] ?? (scheme === 'https' ? 443 : 80)),
    path: path || undefined,
    query: query || undefined,
    fragment: fragment || undefined,
  };
}

/** Reads parameters as Enrich does: the last one of a name counts, and `;` separates as `&` does. */
export function parametersOf(query: string): ReadonlyMap<string | undefined, string> {
  // URLSearchParams drops a leading question mark; this one keeps the query's own.
  return new Map(new URLSearchParams(`?${query.replaceAll(';', '&')}`));
}
