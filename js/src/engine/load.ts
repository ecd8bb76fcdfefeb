// Finds, fetches and instantiates the WebAssembly module that the definitions need, and gets the definitions.
import createModule, { type TriplineModule } from '../../dist/engine/tripline.js';
import { longestLoad } from '../support/bounds.js';
import { messageOf } from '../support/problem.js';
import { isProgram } from '../support/program-bytes.js';
import { inTime, longestWait } from '../support/deadline-timer.js';

/** An address, the bytes, the compiled module, the response of a fetch, or a promise of these. */
export type WasmSource =
  string | URL | BufferSource | WebAssembly.Module | Response | Promise<BufferSource | WebAssembly.Module | Response>;

/** Each of the two modules. One that is absent is beside this package's own files. */
export interface WasmModules {
  /** tripline-runtime.wasm, for compiled programs. */
  runtime?: WasmSource | undefined;
  /** tripline.wasm, for definitions in JSON. */
  compiler?: WasmSource | undefined;
}

/** The module that the definitions need, or each of both. */
export type WasmOption = WasmSource | WasmModules;

/** The address of a bundle or of a compiled program; the bundle, as an object or as JSON; or the program's bytes. */
export type DefinitionsSource = string | URL | object;

type Compilable = BufferSource | WebAssembly.Module | Response;

const modules = new Map<unknown, Promise<TriplineModule>>();

/**
 * Resolves with the name of the module that the definitions need. It is known at once if `wasm` is one module, or if
 * the definitions' address ends in `.tripline`; else when `bytes` are there. undefined: they do not come.
 */
export async function neededModule(
  wasm: WasmOption | undefined,
  definitions: unknown,
  bytes: Promise<Uint8Array | undefined>,
): Promise<keyof WasmModules | undefined> {
  if (isAddress(definitions) && /^[^?#{]*\.tripline([?#]|$)/.test(String(definitions))) return 'runtime';
  if (wasm != null && !areModules(wasm)) return 'compiler'; // sourceOf() returns the one module for either name
  const loaded = await bytes;
  return loaded && (isProgram(loaded) ? 'runtime' : 'compiler');
}

/** Returns the source of the module of that name. */
export function sourceOf(wasm: WasmOption | undefined, name: keyof WasmModules): WasmSource {
  return (areModules(wasm) ? wasm[name] : wasm) ?? ownWasm(name);
}

function areModules(wasm: WasmOption | undefined): wasm is WasmModules {
  const object = Object(wasm) as object;
  return 'runtime' in object || 'compiler' in object;
}

/**
 * Loads a module, which all evaluators with the same source share. `timeout` in ms. Rejects with an Error whose message
 * says what to do.
 */
export async function loadModule(
  wasm: WasmOption | undefined,
  name: keyof WasmModules,
  timeout?: number,
): Promise<TriplineModule> {
  try {
    const source = sourceOf(wasm, name);
    const key = source instanceof URL ? source.href : source;
    const module = modules.get(key) ?? compileModule(source, timeout).then(instantiate);
    modules.set(key, module);
    module.catch(() => modules.delete(key));
    return await limited(source, timeout, () => module); // another evaluator may wait longer for it
  } catch (cause) {
    throw new Error(notLoaded(cause), { cause });
  }
}

/** Reads sources that fetch() cannot, and returns all others as they are. */
type Reader = <Source>(source: Source) => Source | Promise<Uint8Array<ArrayBuffer>>;

const asItIs: Reader = (source) => source;

/** Returns the bundle as JSON in UTF-8, or the compiled program. `timeout` in ms. Rejects with an Error. */
export async function loadDefinitions(
  source: DefinitionsSource | Promise<DefinitionsSource>,
  timeout?: number,
  read = asItIs,
): Promise<Uint8Array> {
  try {
    return await limited(source, timeout, async (signal) => {
      const definitions = await read(await source);
      if (definitions instanceof ArrayBuffer) return new Uint8Array(definitions);
      if (ArrayBuffer.isView(definitions)) {
        return new Uint8Array(definitions.buffer, definitions.byteOffset, definitions.byteLength);
      }
      const isJson = typeof definitions === 'string' && /^(\s*\{|$)/.test(definitions);
      if (isAddress(definitions) && !isJson) {
        const bytes = new Uint8Array(await (await get(definitions, signal)).arrayBuffer());
        // A bundle begins with a brace, after white space and a byte order mark.
        if (isProgram(bytes) || bytes.find((byte) => byte > 32 && byte < 128) === 123) return bytes;
        throw new Error(
          `${shortened(definitions)} is not a JSON object or a compiled program, but perhaps an HTML page`,
        );
      }
      const json = isJson ? definitions : JSON.stringify(definitions);
      const kind = definitions ? `a ${typeof definitions}` : definitions === '' ? 'an empty string' : 'undefined';
      if (!json) throw new Error(`a bundle or its address is needed, not ${kind}`);
      return new TextEncoder().encode(json);
    });
  } catch (cause) {
    throw new Error(`The definitions could not be loaded: ${messageOf(cause)}.`, { cause });
  }
}

/** Returns a module with memory of its own. */
export function instantiate(wasm: WebAssembly.Module): Promise<TriplineModule> {
  return createModule({ wasm });
}

export async function compileModule(source: WasmSource, timeout?: number, read = asItIs): Promise<WebAssembly.Module> {
  const found = read(source);
  return limited(found, timeout, async (signal) => compile(isAddress(found) ? await get(found, signal) : await found));
}

/** Rejects if `load` takes longer than `timeout` (ms; default: 30 s), and aborts its signal then. */
export async function limited<Result>(
  source: unknown,
  timeout: number | undefined,
  load: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController();
  const loading = load(ending.signal);
  const ms = timeout! > 0 ? Math.min(timeout!, longestWait) : longestLoad;
  if (await inTime(loading, ms)) return loading;
  ending.abort();
  throw new Error(
    `${isAddress(source) ? shortened(source) : 'it'} did not come within ${ms / 1000} s (option "loadTimeout")`,
  );
}

/** An address, as messages name it. */
function shortened(url: string | URL): string {
  return String(url).replace(/^(.{200}).+/s, '$1…');
}

function isAddress(source: unknown): source is string | URL {
  return typeof source === 'string' || source instanceof URL;
}

// Bundlers find the files by these expressions. Scripts that are not modules do not know their own address.
function ownWasm(name: keyof WasmModules): URL {
  try {
    return name === 'runtime'
      ? new URL('./tripline-runtime.wasm', import.meta.url)
      : new URL('./tripline.wasm', import.meta.url);
  } catch {
    throw new Error('its address is unknown, since import.meta.url is not an address in this bundle');
  }
}

async function compile(source: Compilable): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (!(source instanceof Response)) return WebAssembly.compile(source);
  const name = shortened(source.url || 'the Response');
  if (!source.ok) throw new Error(`${name} answered with status ${source.status}`);
  // compileStreaming() accepts this content type only.
  const isWasm = source.headers.get('Content-Type')?.toLowerCase() === 'application/wasm';
  const compiling = isWasm ? WebAssembly.compileStreaming(source) : WebAssembly.compile(await source.arrayBuffer());
  return compiling.catch((error: unknown) => {
    throw new Error(`${name}: ${messageOf(error)}`);
  });
}

async function get(url: string | URL, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    const why = await import('../support/advice.js').then(
      ({ whyNotFetched }) => whyNotFetched(url, error),
      () => messageOf(error),
    );
    throw new Error(`${shortened(url)} could not be fetched (${shortened(why)})`);
  }
  if (!response.ok) throw new Error(`${shortened(url)} answered with status ${response.status}`);
  return response;
}

/** Returns a message that says why the engine could not be loaded, and what to do. */
export function notLoaded(cause: unknown): string {
  const why = messageOf(cause);
  const advice = /content security policy|unsafe-eval/i.test(why)
    ? "Add 'wasm-unsafe-eval' to script-src in the Content-Security-Policy."
    : 'Serve tripline.wasm of this package (tripline-runtime.wasm for a compiled program), ' +
      'and give its address as the option "wasm".';
  return `The engine could not be loaded: ${why}. ${advice}`;
}
