// The words that all parts share.

/** Whom something is for: the name of an attribute key, and an id. */
export interface Target {
  readonly name: string;
  readonly id: string;
}

/** An event as the tracker protocol carries it. */
export type TrackerPayload = Readonly<Record<string, unknown>>;

/** An intervention as it is streamed: attributes are strings, the only form that every client accepts. */
export interface StreamedIntervention {
  readonly intervention_id: string;
  readonly name: string;
  readonly version: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly target_attribute_key: Target;
}

/** One that is pushed, not decided. */
export type DirectIntervention = Omit<StreamedIntervention, 'target_attribute_key'> & {
  readonly target_attribute_key?: Target;
};

/** A definition object as a client sends it. */
export type Definition = Readonly<Record<string, unknown>> & { readonly name: string };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Stands for no id (rules 15 and 17). */
export const nilUuid = '00000000-0000-0000-0000-000000000000';

/** What an object has itself under a name that may come from outside: nothing that it inherits. */
export function member(object: unknown, name: string): unknown {
  const own: Readonly<Record<string, unknown>> = Object(object);
  return Object.hasOwn(own, name) ? own[name] : undefined;
}

/** But for the all-zero one. */
export function isUuid(text: string): boolean {
  return uuid.test(text) && text !== nilUuid;
}

export function targetText({ name, id }: Target): string {
  return `${name}\n${comparable(id)}`;
}

export function sameId(one: string, other: string): boolean {
  return comparable(one) === comparable(other);
}

/** UUIDs are one id whatever their case (rule 17). */
export function comparable(id: string): string {
  return isUuid(id) ? id.toLowerCase() : id;
}
