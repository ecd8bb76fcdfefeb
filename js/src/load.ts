// Finds, fetches and instantiates the WebAssembly module, and gets the definitions.
import createModule, { type TriplineModule } from '../dist/engine/tripline.js';
import { messageOf } from './problem.js';

/** An address, the bytes, the compiled module, or the response of a fetch under way or done. */
export type WasmSource =
  | string
  | URL
  | BufferSource
  | WebAssembly.Module
  | Response
  | Promise<BufferSource | WebAssembly.Module | Response>;

/** An address, or the bundle itself. */
export type DefinitionsSource = string | URL | object;

type Answer = BufferSource | WebAssembly.Module | Response;

const modules = new Map<unknown, Promise<TriplineModule>>();

/** One module serves all evaluators that name the same source. Default: the file beside this one. Rejects with advice. */
export function loadModule(source?: WasmSource): Promise<TriplineModule> {
  const key = source instanceof URL ? source.href : source;
  let module = modules.get(key);
  if (!module) {
    module = compileModule(source).then(instantiate);
    modules.set(key, module);
    module.catch(() => modules.delete(key));
  }
  return module;
}

/** The text of the bundle, in UTF-8. */
export async function loadDefinitions(source: DefinitionsSource | Promise<DefinitionsSource>): Promise<Uint8Array> {
  const definitions = await source;
  if (typeof definitions !== 'string' && !(definitions instanceof URL)) {
    return new TextEncoder().encode(JSON.stringify(definitions));
  }
  return new Uint8Array(await (await get(definitions)).arrayBuffer());
}

/** A module with memory of its own. Rejects with advice. */
export async function instantiate(wasm: WebAssembly.Module): Promise<TriplineModule> {
  try {
    return await createModule({ wasm });
  } catch (error) {
    throw notLoaded(error);
  }
}

/** `read` turns an address into its content where fetch() cannot. Rejects with advice. */
export async function compileModule(
  source: WasmSource | undefined,
  read: (source: WasmSource) => WasmSource = (source) => source,
): Promise<WebAssembly.Module> {
  try {
    const found = read(source ?? ownWasm());
    return await compile(typeof found === 'string' || found instanceof URL ? await get(found) : await found);
  } catch (error) {
    throw notLoaded(error);
  }
}

// Bundlers find the file by this expression. Scripts that are not modules do not know their own address.
function ownWasm(): URL {
  try {
    return new URL('./tripline.wasm', import.meta.url);
  } catch {
    throw new Error('its address is unknown, since import.meta.url is not an address in this bundle');
  }
}

async function compile(answer: Answer): Promise<WebAssembly.Module> {
  if (answer instanceof WebAssembly.Module) return answer;
  if (!(answer instanceof Response)) return WebAssembly.compile(answer);
  // What has another type than this one may not be compiled while it loads.
  const isWasm = answer.headers.get('Content-Type')?.toLowerCase() === 'application/wasm';
  return isWasm ? WebAssembly.compileStreaming(answer) : WebAssembly.compile(await answer.arrayBuffer());
}

async function get(url: string | URL): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new Error(`${url} could not be fetched (${messageOf(error)})`);
  }
  if (!response.ok) throw new Error(`${url} answered with status ${response.status}`);
  return response;
}

function notLoaded(cause: unknown): Error {
  const why = messageOf(cause);
  const advice = /content security policy|unsafe-eval/i.test(why)
    ? "Add 'wasm-unsafe-eval' to script-src in the Content-Security-Policy."
    : 'Serve tripline.wasm of this package, and give its address as the option "wasm".';
  return new Error(`The engine could not be loaded: ${why}. ${advice}`, { cause });
}
