// What the package's users see, apart from its functions.

/** Which attribute key, and whose: `{name: 'domain_userid', id: '9c6d…'}`. */
export interface AttributeKey {
  name: string;
  id: string;
}

type Scalar = string | number | boolean;

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

/** The object that the tracker gives to `afterTrack`. It is read, never changed. */
export type Payload = Readonly<Record<string, unknown>>;

/** By group, then by attribute; null: no value. */
export type Attributes = Record<string, Record<string, AttributeValue | null>>;

/** What is wrong with the definitions, and where. */
export interface Diagnostic {
  severity: 'error' | 'warning';
  /** A JSON Pointer into the definitions. */
  pointer: string;
  message: string;
}

export type ProblemCode =
  /** An option or an argument is not what it should be. */
  | 'options'
  /** The definitions could not be loaded, or have errors: then `diagnostics` lists them. */
  | 'definitions'
  /** The WebAssembly module could not be loaded, or broke. */
  | 'wasm'
  /** The browser's storage does not work: the state lives as long as the page. */
  | 'storage'
  /** The device's clock was set back by more than five minutes. */
  | 'clock'
  /** The stored state was damaged: evaluation started with an empty one. */
  | 'snapshot'
  /** A handler threw or rejected. */
  | 'handler';

/** What `error` and `warning` listeners get. */
export interface Problem {
  code: ProblemCode;
  /** Says what is wrong and what to do. */
  message: string;
  diagnostics?: Diagnostic[];
  cause?: unknown;
}
