// The types of the WebAssembly module that wasm/bindings.cpp makes. A test compares this list with
// the built module.

/** What load() answers, as JSON text. */
export interface LoadReport {
  /** 0 if the definitions have errors. */
  handle: number;
  diagnostics: Diagnostic[];
  /** What the host binds for every event, numbered by position. */
  inputs: Input[];
  /** The fields of external groups, whose values are pushed. */
  fields: Field[];
  /** Equal for equal compiled definitions: 16 hexadecimal digits. */
  fingerprint: string;
}

export interface Diagnostic {
  severity: 'error' | 'warning';
  /** JSON Pointer into the definitions bundle. */
  pointer: string;
  message: string;
}

export interface Field {
  /** The number that a push names it by. */
  attribute: number;
  attribute_key: string;
  group: string;
  version: number;
  name: string;
}

/** Member names and array indices. */
export type Path = (string | number)[];

export type Input =
  | { kind: 'atomic'; name: string }
  | { kind: 'event'; vendor: string; name: string; major_version: number; path: Path }
  | { kind: 'entity'; vendor: string; name: string; major_version: number; index: number; path: Path };

export interface TriplineModule {
  HEAPU8: Uint8Array;

  /** Compiles the definitions in the event buffer, JSON of so many bytes. Limits that are 0 take the engine's defaults
   *  for a page: 200 profiles, 10,000 sent marks, 512 remembered event ids. Answers a LoadReport as JSON. */
  load(definitionsSize: number, profiles: number, sentMarks: number, eventIds: number): string;
  /** Replaces the state by the snapshot in the event buffer, of so many bytes. "" or the reason of the refusal; the
   *  engine is empty then. */
  restore(handle: number, snapshotSize: number): string;
  /** {"GROUP": {"ATTRIBUTE": value | null}} as JSON; {} if no group has that attribute key. Of each group the highest
   *  version, unless `groupVersion` is one. */
  attributes(handle: number, keyName: string, id: string, groupVersion: number): string;
  /** Why an intervention did or did not fire, as JSON (core/include/tripline/engine.h has its form); "" if there is no
   *  such intervention or attribute key. */
  explain(handle: number, intervention: string, keyName: string, id: string): string;
  /** Forgets what is known of an id. 0: nothing was, or there is no such handle; else 1. */
  forget(handle: number, keyName: string, id: string): number;
  /** The event buffer's layout by name, as JSON. */
  layout(): string;

  /** The address of the event buffer, now of at least so many bytes. Memory may have grown. */
  _tripline_buffer(bytes: number): number;
  /** Counts the event in the buffer. The number of payloads in the result; -1: the buffer is
   *  malformed; -2: no such handle. */
  _tripline_process(handle: number): number;
  /** Sets fields of external groups from the buffer. As _tripline_process; -3: refused, the result says
   *  why, as text. */
  _tripline_push(handle: number): number;
  /** Makes the whole state the result. Its size in bytes; -2: no such handle. */
  _tripline_snapshot(handle: number): number;
  _tripline_release(handle: number): void;
  /** Turns the engine's clock back (ms). */
  _tripline_rebase(handle: number, now: number): void;
  /** The engine's clock (ms): the highest `now` so far. */
  _tripline_clock(handle: number): number;
  /** Lets time pass (ms). Answers as _tripline_process. */
  _tripline_advance(handle: number, now: number): number;
  /** When advance must be called next (ms), or Infinity. */
  _tripline_next_deadline(handle: number): number;
  /** The result of the last call that made one, valid until the next call: payloads as UTF-8 JSON, or
   *  what else the call says. */
  _tripline_result(): number;
  _tripline_result_size(): number;
}

export interface ModuleOptions {
  /** The bytes of tripline.wasm, where they are at hand. */
  wasmBinary?: ArrayBuffer | Uint8Array;
  /** Instantiates the module oneself, for example from a compiled WebAssembly.Module. */
  instantiateWasm?: (
    imports: WebAssembly.Imports,
    success: (instance: WebAssembly.Instance) => void,
  ) => object;
  locateFile?: (file: string) => string;
  print?: (text: string) => void;
  printErr?: (text: string) => void;
}

export default function createModule(options?: ModuleOptions): Promise<TriplineModule>;
