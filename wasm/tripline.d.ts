// The types of the WebAssembly modules that wasm/bindings.cpp makes: tripline.wasm and tripline-runtime.wasm. A test
// compares this list with the built modules.

/** The report of load(), as JSON. */
export interface LoadReport {
  diagnostics: Diagnostic[];
  /** The inputs that the host binds for every event, numbered by position. */
  inputs: Input[];
  /** The fields of external groups, whose values are set by setAttributes(). */
  fields: Field[];
  /** The attribute keys. */
  keys: Key[];
  /** The interventions that are evaluated: the highest version of each name. `repeats`: sent every time, not once for a
   *  target. */
  interventions: { name: string; version: number; repeats?: true }[];
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
  /** The number that setAttributes() knows it by. */
  attribute: number;
  attribute_key: string;
  group: string;
  version: number;
  name: string;
}

export interface Key {
  name: string;
  /** The number of the input that holds its ids; absent where no event carries them. */
  input?: number;
}

/** Member names and array indices. */
export type Path = (string | number)[];

/** Without an index, the value of an entity's property is the list of the values in all entities of the schema. */
export type Input =
  | { kind: 'atomic'; name: string }
  | { kind: 'event'; vendor: string; name: string; major_version: number; path: Path }
  | { kind: 'entity'; vendor: string; name: string; major_version: number; index?: number; path: Path };

/** The host writes strings into the event buffer one after the other, as UTF-8, and passes their sizes in bytes. A
 *  function that produces bytes keeps them as the result and returns their size; result() returns their address.
 *  -2: there is no such handle. */
export interface TriplineModule {
  memory: WebAssembly.Memory;

  /** Loads a program: in tripline.wasm definitions in JSON, which it compiles, or the bytes that save() made; in
   *  tripline-runtime.wasm such bytes alone. They begin with "TPLP", which no JSON does. A limit of 0 stands for the engine's default for a page: 200 profiles, 10,000 sent
   *  marks, 512 remembered event ids. Returns a handle, 0 if the definitions have errors; the result is a LoadReport. */
  load(definitionsSize: number, profiles: number, sentMarks: number, eventIds: number): number;
  /** Makes the program of an engine the result, as bytes. Returns their number. */
  save(handle: number): number;
  /** Replaces the state by a snapshot. -3: it was refused; the result is the reason, and the engine is empty. */
  restore(handle: number, snapshotSize: number): number;
  /** {"GROUP": {"ATTRIBUTE": value | null}} as JSON; {} if no group has that attribute key. The highest version of each
   *  group, or `groupVersion` if that is not 0. */
  attributes(handle: number, keyNameSize: number, idSize: number, groupVersion: number): number;
  /** Why an intervention did or did not fire, as JSON (core/include/tripline/engine.h has its form); empty if there is
   *  no such intervention or attribute key. */
  explain(handle: number, interventionSize: number, keyNameSize: number, idSize: number): number;
  /** Forgets an id. Returns 0 if nothing was known of it, else 1. */
  forget(handle: number, keyNameSize: number, idSize: number): number;
  /** Erases attributes that restored snapshots brought and the definitions do not have. */
  eraseDormant(handle: number): number;

  /** The address of the event buffer, now of at least `bytes` bytes. Memory may have grown. */
  buffer(bytes: number): number;
  /** Holds the ids in the buffer: in the calls to come (process, setAttributes, advance, nextDeadline), time passes for
   *  these only. With `all`, it passes for all ids, as at first. Returns 0; -1: the buffer is malformed; -2: no such
   *  handle. */
  hold(handle: number, all: number): number;
  /** Counts the event in the buffer. Returns the number of triggered interventions in the result; -1: the buffer
   *  is malformed; -2: no such handle. */
  process(handle: number): number;
  /** Sets fields of external groups from the buffer. Returns as process(); -3: refused, and the result is the reason. */
  setAttributes(handle: number): number;
  /** Makes the whole state the result. Returns its size in bytes; -2: no such handle. */
  snapshot(handle: number): number;
  release(handle: number): void;
  /** Turns the engine's clock back (ms). */
  rebase(handle: number, now: number): void;
  /** The engine's clock (ms): the highest `now` so far, below -8.64e15 before there was one. */
  clock(handle: number): number;
  /** Lets time pass (ms). Returns as process(). */
  advance(handle: number, now: number): number;
  /** When advance must be called next (ms), or Infinity; at or before the clock: at once. */
  nextDeadline(handle: number): number;
  /** The address of the result of the last call that made one, valid until the next call: triggered interventions as
   *  UTF-8 JSON, or what else the call returns. */
  result(): number;
  resultSize(): number;
}

export interface ModuleOptions {
  /** tripline.wasm or tripline-runtime.wasm, as bytes or compiled. */
  wasm: BufferSource | WebAssembly.Module;
}

/** Rejects if there is no memory for it. */
export default function createModule(options: ModuleOptions): Promise<TriplineModule>;
