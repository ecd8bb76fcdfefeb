// Reads attribute keys and ids from a query: `?domain_userid=…&domain_sessionid=…`.
import { Refusal } from '../support/refusal.ts';
import { isUuid, targetText, type Target } from '../types.ts';

/** Accepts only UUIDs, since the id is all that a subscriber must know, so it must be hard to guess. */
export function readTargets(query: object, most: number): Target[] {
  const targets = Object.entries(query).flatMap(([name, ids]) => [ids].flat().map((id) => ({ name, id: String(id) })));
  if (targets.length === 0) throw new Refusal(400, 'Name at least one attribute key and id in the query.');
  if (targets.length > most) throw new Refusal(400, `At most ${most} ids are allowed.`);
  if (targets.some(({ name }) => !/^[A-Za-z0-9_]{1,128}$/.test(name))) {
    throw new Refusal(400, 'A name in the query is not a valid name of an attribute key.');
  }
  if (!targets.every(({ id }) => isUuid(id))) throw new Refusal(400, 'only UUIDs allowed as attribute key values');
  return [...new Map(targets.map((target) => [targetText(target), target])).values()];
}
