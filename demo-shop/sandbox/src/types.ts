// Types that all parts share.

/** The name of an attribute key, and an id. */
export interface Target {
  readonly name: string;
  readonly id: string;
}

/** An event in the form of the tracker protocol. */
export type TrackerPayload = Readonly<Record<string, unknown>>;

/** An intervention in the form of the stream: attributes are strings, the only form that every client accepts. */
export interface StreamedIntervention {
  readonly intervention_id: string;
  readonly name: string;
  readonly version: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly target_attribute_key: Target;
}

/** An intervention that is pushed past the rules. */
export type DirectIntervention = Omit<StreamedIntervention, 'target_attribute_key'> & {
  readonly target_attribute_key?: Target;
};

/** A definition object in the form that clients send. */
export type Definition = Readonly<Record<string, unknown>> & { readonly name: string };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** It is not an id (rules 15 and 17). */
export const nilUuid = '00000000-0000-0000-0000-000000000000';

/** Returns an object's own member; nothing that it inherits, since `name` may come from outside. */
export function member(object: unknown, name: string): unknown {
  const own = Object(object) as Readonly<Record<string, unknown>>;
  return Object.hasOwn(own, name) ? own[name] : undefined;
}

/** Returns false for the all-zero UUID. */
export function isUuid(text: string): boolean {
  return uuid.test(text) && text !== nilUuid;
}

export function targetText({ name, id }: Target): string {
  return `${name}\n${comparable(id)}`;
}

/** Returns the form in which equal ids are equal strings: UUIDs ignore case (rule 17). */
export function comparable(id: string): string {
  return isUuid(id) ? id.toLowerCase() : id;
}

/** In bytes of UTF-8: the engine cuts longer strings between two code points (rule 26). */
export const longestId = 8192;

/** Returns the id that the engine reads from a field of an event: without control characters (rule 2), and cut. */
export function engineId(text: string): string {
  const bytes = Buffer.from(text.replace(/\t/g, '    ').replace(/[\x00-\x1f\x7f]/g, ''));
  let end = Math.min(bytes.length, longestId);
  while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) --end;
  return bytes.toString('utf8', 0, end);
}
