// Keeps objects that the Python SDK up to 0.4.2 cannot read away from it. Its models know only the values of their
// time, and one unknown value makes a whole list fail.
import type { StoredObject } from './registry.ts';
import type { Definition } from '../types.ts';

const aggregations = ['counter', 'sum', 'min', 'max', 'mean', 'first', 'last', 'unique_list'];
const filterOperators = ['=', '!=', '<', '>', '<=', '>=', 'like', 'in'];

/** `sdkName` is the header X-Signals-Sdk-Name: `signals-py 0.4.2`. */
export function canRead(sdkName: unknown, { type, body }: StoredObject): boolean {
  if (!isOldSdk(sdkName)) return true;
  if (type === 'interventions') return operatorsOf(body['criteria']).every((operator) => operator !== 'changed');
  if (type === 'attribute_groups') return ((body['attributes'] ?? []) as Definition[]).every(isOldAttribute);
  return true;
}

function isOldSdk(sdkName: unknown): boolean {
  const match = /^signals-py 0\.(\d+)\.(\d+)$/.exec(String(sdkName));
  if (match === null) return false;
  const [minor, patch] = [Number(match[1]), Number(match[2])];
  return minor < 4 || (minor === 4 && patch <= 2);
}

function isOldAttribute(attribute: Definition): boolean {
  const events = attribute['events'];
  return (
    aggregations.includes(String(attribute['aggregation'])) &&
    !/^(dict|timestamp)/.test(String(attribute['type'])) &&
    Array.isArray(events) &&
    events.length > 0 &&
    operatorsOf(attribute['criteria']).every((operator) => filterOperators.includes(operator))
  );
}

/** All operators of a tree of criteria. */
function operatorsOf(criteria: unknown): string[] {
  if (typeof criteria !== 'object' || criteria === null) return [];
  const { operator, all, any, none } = criteria as Record<string, unknown>;
  const children = [all, any, none].flatMap((list) => (Array.isArray(list) ? list.flatMap(operatorsOf) : []));
  return typeof operator === 'string' ? [operator, ...children] : children;
}
