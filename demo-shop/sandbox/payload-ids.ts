// Where the tracker protocol carries the ids of the built-in attribute keys.
import type { Payload } from './types.ts';

const members: Readonly<Record<string, readonly string[]>> = {
  domain_userid: ['duid'],
  domain_sessionid: ['sid'],
  network_userid: ['tnuid', 'nuid'],
  user_id: ['uid'],
};

/** Undefined for other keys, and where there is no such id. */
export function identifierOf(payload: Payload, key: string): string | undefined {
  const value = members[key]?.map((member) => payload[member]).find((id) => id !== undefined);
  return value === undefined ? undefined : String(value);
}
