// Which ids a stream is opened for: selectors on what is tracked, as the official plugin has them.
import { nilUuid } from '../support/random-id.js';
import type { TrackerPayload } from '../types.js';

/**
 * A JSON Pointer, or a list of which the first that finds something counts: `/user_id` is a canonical field or a payload's
 * key, `/co/VENDOR/NAME/path` an entity's property, `/ue/VENDOR/NAME/path` the event's. Versions of schemas do not matter.
 */
export type Selector = string | readonly string[];

/** What reads an atomic field by its canonical name; undefined: there is no such field, or it has no value. */
export type FieldReader = (payload: TrackerPayload, name: string) => unknown;

const entityNames = ['co', 'cx', 'context', 'entity', 'entities'];
const eventNames = ['ue', 'ue_pr', 'ue_px', 'unstruct', 'unstruct_event', 'self_describing', 'sde'];

/**
 * The ids after an event. An id whose selectors find nothing is kept if one of them asks for an entity or a property of
 * the event, which not every event has; else it is gone, as after a logout.
 */
export function idsAfter(
  ids: Readonly<Record<string, string>>,
  selectors: Readonly<Record<string, Selector>>,
  payload: TrackerPayload,
  readField: FieldReader,
): Record<string, string> {
  const next = { ...ids };
  for (const [key, selector] of Object.entries(selectors)) {
    const paths = [selector].flat().map(pathOf).filter((path) => path.length > 0);
    const found = paths.map((path) => valueAt(path, payload, readField)).find(isId);
    if (found !== undefined) next[key] = String(found);
    else if (!paths.some(([first = '']) => [...entityNames, ...eventNames].includes(first))) delete next[key];
  }
  return next;
}

function pathOf(pointer: unknown): string[] {
  if (typeof pointer !== 'string' || pointer === '') return [];
  const steps = pointer.replace(/^\//, '').split('/');
  return steps.map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
}

/** The all-zero UUID is not an id (rule 17). */
export function isId(value: unknown): boolean {
  return (typeof value === 'string' && value !== '' && value !== nilUuid) || typeof value === 'number' || typeof value === 'boolean';
}

function valueAt([first = '', ...rest]: string[], payload: TrackerPayload, readField: FieldReader): unknown {
  if (entityNames.includes(first)) {
    const entities = decode(payload, 'co', 'cx');
    return Array.isArray(entities) ? inSchema(entities, rest) : undefined;
  }
  if (eventNames.includes(first)) return inSchema([decode(payload, 'ue_pr', 'ue_px')], rest);
  if (rest.length > 0) return undefined;
  return readField(payload, first) ?? payload[first];
}

function inSchema(items: readonly unknown[], [vendor, name, ...path]: string[]): unknown {
  const prefix = `iglu:${vendor}/${name}/`;
  const all = items
    .map((item) => Object(item) as { schema?: unknown; data?: unknown })
    .filter(({ schema }) => String(schema).startsWith(prefix))
    .map(({ data }) => data);
  return all.length === 0 ? undefined : follow(all, path);
}

// A list of one element stands for that element.
function follow(value: unknown, path: readonly string[]): unknown {
  for (const step of path) {
    if (Array.isArray(value) && value.length === 1 && !Object.hasOwn(value, step)) [value] = value as unknown[];
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

/** The data of an envelope. */
function decode(payload: TrackerPayload, plainKey: string, encodedKey: string): unknown {
  const { [plainKey]: plain, [encodedKey]: encoded } = payload;
  try {
    const json = typeof plain === 'string' ? plain : typeof encoded === 'string' ? decodeBase64(encoded) : 'null';
    return (Object(JSON.parse(json)) as { data?: unknown }).data;
  } catch {
    return undefined; // the collector will report it as bad
  }
}

function decodeBase64(encoded: string): string {
  const binary = atob(encoded.replace(/-/g, '+').replace(/_/g, '/'));
  return new TextDecoder().decode(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)));
}
