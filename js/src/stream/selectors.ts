// Finds the ids that a stream is opened for, by selectors on tracked events, as the official plugin does.
import type { SelfDescribing } from '../event/tracked-event.js';
import { nilUuid } from '../support/random-id.js';

/**
 * A JSON Pointer, or a list of which the first that finds an id counts: `/user_id` is a canonical field or a payload's
 * key, `/co/VENDOR/NAME/path` an entity's property, `/ue/VENDOR/NAME/path` the event's. Versions of schemas are
 * ignored.
 */
export type Selector = string | readonly string[];

/** The parts of a tracker payload that selectors read. */
export interface SelectableEvent {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly unstruct: SelfDescribing;
  readonly entities: readonly unknown[];
  /** An atomic field by its canonical name. undefined: there is no such field, or it has no value. */
  field(name: string): unknown;
}

const entityNames = ['co', 'cx', 'context', 'entity', 'entities'];
const eventNames = ['ue', 'ue_pr', 'ue_px', 'unstruct', 'unstruct_event', 'self_describing', 'sde'];

/**
 * Returns the ids after an event. An id whose selectors find nothing is kept if one of them asks for an entity or a
 * property of the event, which not every event has; else it is removed, as after a logout.
 */
export function idsAfter(
  ids: Readonly<Record<string, string>>,
  selectors: Readonly<Record<string, Selector>>,
  event: SelectableEvent,
): Record<string, string> {
  const next = { ...ids };
  for (const [key, selector] of Object.entries(selectors)) {
    const paths = [selector]
      .flat()
      .map(pathOf)
      .filter((path) => path.length > 0);
    const found = paths.map((path) => valueAt(path, event)).find(isId);
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

/** Returns false for the all-zero UUID, which is not an id (rule 17). */
export function isId(value: unknown): boolean {
  return (
    (typeof value === 'string' && value !== '' && value !== nilUuid) ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  );
}

function valueAt([first = '', ...rest]: string[], event: SelectableEvent): unknown {
  if (entityNames.includes(first)) return inSchema(event.entities, rest);
  if (eventNames.includes(first)) return inSchema([event.unstruct], rest);
  if (rest.length > 0) return undefined;
  return event.field(first) ?? event.payload[first];
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
