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

// Nothing is normalised: Enrich keeps an address as it came. It may be of any length. The time grows with that only: a
// part ends where a character comes that it cannot have, and what follows the scheme always matches.
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

/** As Enrich reads them: the last of a name counts, and `;` separates as `&` does. */
export function parametersOf(query: string): ReadonlyMap<string | undefined, string> {
  // URLSearchParams leaves out one question mark: not one of the query's.
  return new Map(new URLSearchParams(`?${query.replaceAll(';', '&')}`));
}
