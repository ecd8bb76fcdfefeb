/**
 * The engine alone, for servers, tools and pages that do the host's work themselves: no clock, no storage, no delivery.
 *
 * @module
 */
import { Engine } from './engine/engine.js';
import {
  compileModule,
  instantiate,
  loadDefinitions,
  neededModule,
  notLoaded,
  sourceOf,
  type DefinitionsSource,
  type WasmModules,
  type WasmOption,
} from './engine/load.js';
import type { ReadableEvent } from './event/event-log.js';
import { readEvent } from './event/inputs.js';
import { fileOr } from './support/local-file.js';
import type { Limits } from './engine/engine-base.js';
import { definitionsProblem, EngineError, messageOf } from './support/problem.js';
import type { Diagnostic, TrackerPayload } from './types.js';

export type { Engine } from './engine/engine.js';
export type { DefinitionsSource, WasmModules, WasmOption, WasmSource } from './engine/load.js';
export type { HeldIds, Limits, ProcessOptions } from './engine/engine-base.js';
export { EngineError } from './support/problem.js';
export { agenticContext, currentLog, logEvent, narrative, propertyValue } from './event/event-log.js';
export type {
  AgenticContext,
  EventLog,
  EventLogDefinition,
  EventLogEventDefinition,
  EventLogPropertyDefinition,
  EventSelectionDefinition,
  LoggedEvent,
  ReadableEvent,
} from './event/event-log.js';
export { stringAttributes } from './delivery/string-attributes.js';
export type {
  AttributeKey,
  AttributeUpdate,
  Attributes,
  AttributeValue,
  Diagnostic,
  ExplainedCriterion,
  Explanation,
  Intervention,
  TrackerPayload,
  ProblemCode,
  TriggeredIntervention,
} from './types.js';

/** Options of `loadEngine`. */
export interface EngineOptions {
  /** The definitions bundle, a compiled program, or the address of either. Under Node it may be a file: address. */
  definitions: DefinitionsSource | Promise<DefinitionsSource>;
  /**
   * Where the module is that the definitions need, or each of both. Default: beside this package's own files, which
   * works in Node and in pages.
   */
  wasm?: WasmOption | undefined;
  /** Time limit for loading the definitions and the module (ms). Default: 30 s. */
  loadTimeout?: number | undefined;
  /** Default: 100,000 profiles, 10,000,000 sent marks, 4,096 event ids. Memory is allocated when they are used. */
  limits?: Limits | undefined;
}

const serverLimits: Required<Limits> = { profiles: 100_000, sentMarks: 10_000_000, eventIds: 4_096 };

/**
 * Loads an engine with WebAssembly memory of its own, so that an engine that breaks does not affect others. The memory
 * is freed with the object. Rejects with an EngineError: of the code `definitions` with all their `diagnostics`, or of
 * the code `wasm`.
 */
export async function loadEngine({ definitions, wasm, loadTimeout, limits }: EngineOptions): Promise<Engine> {
  const [module, bundle] = await loadParts(definitions, wasm, loadTimeout);
  return succeeded(Engine.load(module, bundle, { ...serverLimits, ...limits }));
}

/**
 * Compiles definitions, as `tripline build` does. Returns the bytes of the program, for pages, which load less with it.
 * Rejects like `loadEngine`. Call `check` for warnings.
 */
export async function build(
  definitions: EngineOptions['definitions'],
  { wasm, loadTimeout }: Pick<EngineOptions, 'wasm' | 'loadTimeout'> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const [module, bundle] = await loadParts(definitions, wasm, loadTimeout);
  return succeeded(Engine.load(module, bundle)).program();
}

/**
 * Returns all errors and warnings about the definitions, without keeping an engine. Rejects with an EngineError if the
 * definitions or the module cannot be loaded.
 */
export async function check(
  definitions: EngineOptions['definitions'],
  { wasm, loadTimeout }: Pick<EngineOptions, 'wasm' | 'loadTimeout'> = {},
): Promise<Diagnostic[]> {
  const [module, bundle] = await loadParts(definitions, wasm, loadTimeout);
  return Engine.load(module, bundle).diagnostics;
}

/** Loads the definitions, and the module that they need. */
async function loadParts(
  definitions: EngineOptions['definitions'],
  wasm: WasmOption | undefined,
  timeout: number | undefined,
): Promise<[Awaited<ReturnType<typeof instantiate>>, Uint8Array]> {
  const bundle = readDefinitions(definitions, timeout);
  const needed = await neededModule(wasm, definitions, bundle);
  return Promise.all([newModule(wasm, needed!, timeout), bundle]);
}

function succeeded({ engine, diagnostics }: ReturnType<typeof Engine.load<Engine>>): Engine {
  if (engine) return engine;
  throw new EngineError('definitions', definitionsProblem(diagnostics, 'error')?.message ?? '', { diagnostics });
}

/**
 * Reads a tracker payload for `logEvent`; each part of it is decoded once, and only if it is asked for. `receivedAt`:
 * when a server received the payload (ms).
 */
export function readPayload(payload: TrackerPayload, receivedAt?: number): ReadableEvent {
  return readEvent(payload, receivedAt);
}

/** Compiled modules by their source. */
const compiled = new Map<unknown, Promise<WebAssembly.Module>>();

async function newModule(
  wasm: WasmOption | undefined,
  name: keyof WasmModules,
  timeout: number | undefined,
): ReturnType<typeof instantiate> {
  try {
    const source = sourceOf(wasm, name);
    const key = source instanceof URL ? source.href : source;
    let module = compiled.get(key);
    if (!module) {
      module = compileModule(source, timeout, fileOr);
      compiled.set(key, module);
      module.catch(() => compiled.delete(key));
    }
    return await instantiate(await module);
  } catch (cause) {
    throw new EngineError('wasm', notLoaded(cause), { cause });
  }
}

async function readDefinitions(
  source: EngineOptions['definitions'],
  timeout: number | undefined,
): ReturnType<typeof loadDefinitions> {
  try {
    return await loadDefinitions(source, timeout, fileOr);
  } catch (cause) {
    throw new EngineError('definitions', messageOf(cause), { cause });
  }
}
