// What the package's users see, apart from its functions.

/** Which attribute key, and whose: `{name: 'domain_userid', id: '9c6d…'}`. */
export interface AttributeKey {
  name: string;
  id: string;
}

export type Scalar = string | number | boolean;

/** A single value, a list, or a dictionary of counts. */
export type AttributeValue = Scalar | Scalar[] | { [value: string]: number };

/** What a handler gets. */
export interface Intervention {
  /** A UUID. Copies for several targets share it, and are dispatched once. */
  intervention_id: string;
  name: string;
  version: number;
  /** By `group:attribute`; attributes without a value are left out. */
  attributes: Record<string, AttributeValue>;
  target_attribute_key: AttributeKey;
}

/** What the engine answers. */
export interface TriggeredIntervention extends Intervention {
  /** ISO 8601 in UTC, with milliseconds: the engine's clock then. What time alone brings has the moment at which it does. */
  triggered_at: string;
}

/** An intervention that is shown whatever the criteria say. */
export interface DirectIntervention {
  name: string;
  /** Default: 1. */
  version?: number;
  /** Default: a random UUID. What has the id of another one is the same intervention, and is not dispatched again. */
  intervention_id?: string;
  /** Default: none. */
  attributes?: Record<string, AttributeValue>;
  target_attribute_key: AttributeKey;
}

/** Values for the fields of an external attribute group. */
export interface AttributeUpdate {
  group: string;
  /** Default: the highest one that the definitions have. */
  version?: number;
  attributeKey: AttributeKey;
  /** By field: null clears it, and those that are not named stay as they are. */
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
      /** What the definitions compare with, where the operator takes something. */
      value?: Scalar | Scalar[];
      /** The attribute's value now; null: none. */
      current: AttributeValue | null;
      /** Says that the search for a pattern took too many steps and was given up. */
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
  /** Whom it is for. `id` is null where the profile's last event had none for that key. */
  targets: { name: string; id: string | null; sent?: boolean; sent_at?: string }[];
  /** In words. */
  why: string;
}

/** The object that the tracker gives to `afterTrack`. It is read, never changed. */
export type TrackerPayload = Readonly<Record<string, unknown>>;

/** By group, then by attribute; null: no value. */
export type Attributes = Record<string, Record<string, AttributeValue | null>>;

/** What is wrong with the definitions, and where. */
export interface Diagnostic {
  severity: 'error' | 'warning';
  /** A JSON Pointer into the definitions. */
  pointer: string;
  message: string;
}

/** The kind of an error or a warning: js/docs/problems.md lists them with their messages. */
export type ProblemCode =
  /** An option or an argument is not what it should be. */
  | 'options'
  /** The definitions could not be loaded, or have errors: then `diagnostics` lists them. */
  | 'definitions'
  /** The WebAssembly module could not be loaded, or broke. */
  | 'wasm'
  /** The browser's storage does not work, so that something lives as long as the page; or what it held was damaged. */
  | 'storage'
  /** The device's clock was set back by more than five minutes. */
  | 'clock'
  /** The stored state was damaged: evaluation started with an empty one. */
  | 'snapshot'
  /** A handler threw or rejected. */
  | 'handler'
  /** The server's stream of interventions does not come, or brings something else. */
  | 'stream';

/** What `error` and `warning` listeners get. */
export interface Problem {
  code: ProblemCode;
  /** Says what is wrong and what to do. */
  message: string;
  diagnostics?: Diagnostic[];
  cause?: unknown;
}
