// The public types of the package.

/** The name of an attribute key, and an id: `{name: 'domain_userid', id: '9c6d…'}`. */
export interface AttributeKey {
  name: string;
  id: string;
}

export type Scalar = string | number | boolean;

/** A single value, a list, or a dictionary of counts. */
export type AttributeValue = Scalar | Scalar[] | { [value: string]: number };

/** An intervention as handlers receive it. */
export interface Intervention {
  /** A UUID. Copies for several targets share it, and are dispatched once. */
  intervention_id: string;
  name: string;
  version: number;
  /** Values by `group:attribute`; attributes without a value are left out. */
  attributes: Record<string, AttributeValue>;
  target_attribute_key: AttributeKey;
}

/** An intervention as the engine returns it for one target. */
export interface TriggeredIntervention extends Intervention {
  /**
   * The engine's clock then, in ISO 8601 in UTC with milliseconds. For an intervention triggered by a timer: the time
   * at which it was due.
   */
  triggered_at: string;
}

/** An intervention that is dispatched whatever its criteria say. */
export interface DirectIntervention {
  name: string;
  /** Default: 1. */
  version?: number;
  /** Default: a random UUID. An intervention with the id of an earlier one is not dispatched again. */
  intervention_id?: string;
  /** Default: none. */
  attributes?: Record<string, AttributeValue>;
  target_attribute_key: AttributeKey;
}

/** Values for the fields of an external attribute group. */
export interface AttributeUpdate {
  group: string;
  /** Default: the highest version in the definitions. */
  version?: number;
  attributeKey: AttributeKey;
  /** Values by field. null clears a field; fields that are not named keep their values. */
  attributes: Record<string, Scalar | readonly Scalar[] | null>;
}

/** A criterion, and whether it holds now. */
export type ExplainedCriterion = { holds: boolean } & (
  | { all: ExplainedCriterion[] }
  | { any: ExplainedCriterion[] }
  | { none: ExplainedCriterion[] }
  | {
      /** `group:attribute` */
      attribute: string;
      group_version: number;
      operator: string;
      /** The value that the definitions compare with, if the operator takes one. */
      value?: Scalar | Scalar[];
      /** The attribute's value now; null if it has none. */
      current: AttributeValue | null;
      /** Present if the search for a pattern took too many steps and was given up. */
      note?: string;
    }
);

/** Why an intervention did or did not fire for a profile. */
export interface Explanation {
  intervention: string;
  version: number;
  /** The engine's clock, in ISO 8601; null before the first event. */
  at: string | null;
  holds: boolean;
  criteria: ExplainedCriterion;
  /** The targets. `id` is null if the profile's last event had no id for that attribute key. */
  targets: { name: string; id: string | null; sent?: boolean; sent_at?: string }[];
  /** The reason as a sentence. */
  why: string;
}

/** The object that the tracker hands to `afterTrack`. It is read, never changed. */
export type TrackerPayload = Readonly<Record<string, unknown>>;

/** Values by group, then by attribute; null: no value. */
export type Attributes = Record<string, Record<string, AttributeValue | null>>;

/** An error or a warning about the definitions, with its place. */
export interface Diagnostic {
  severity: 'error' | 'warning';
  /** A JSON Pointer into the definitions. */
  pointer: string;
  message: string;
}

/** The kind of an error or a warning: js/docs/problems.md lists them with their messages. */
export type ProblemCode =
  /** An option or an argument is wrong. */
  | 'options'
  /** The definitions could not be loaded, or have errors: then `diagnostics` lists them. */
  | 'definitions'
  /** The WebAssembly module could not be loaded, or broke. */
  | 'wasm'
  /**
   * The browser's storage does not work, so that the state or the events last as long as the page; or it was damaged.
   */
  | 'storage'
  /** The device's clock was set back by more than five minutes. */
  | 'clock'
  /** The stored state was damaged, and evaluation started with an empty one; or `restore` refused a snapshot. */
  | 'snapshot'
  /** A handler threw or rejected. */
  | 'handler'
  /** A server's stream of interventions, a message of it, or a service cannot be read. */
  | 'stream';

/** An error or a warning as listeners receive it. */
export interface Problem {
  code: ProblemCode;
  /** States what failed, why, and what to do. */
  message: string;
  diagnostics?: Diagnostic[];
  cause?: unknown;
}
