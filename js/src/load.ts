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

/** One module serves all evaluators that name the same source. Rejects with advice. */
export function loadModule(source: WasmSource = new URL('./tripline.wasm', import.meta.url)): Promise<TriplineModule> {
  const key = source instanceof URL ? source.href : source;
  let module = modules.get(key);
  if (!module) {
    module = instantiate(source);
    modules.set(key, module);
    module.catch(() => modules.delete(key));
  }
  return module;
}

/** The text of the bundle. */
export async function loadDefinitions(
  source: DefinitionsSource | Promise<DefinitionsSource>,
): Promise<string | Uint8Array> {
  const definitions = await source;
  if (typeof definitions !== 'string' && !(definitions instanceof URL)) return JSON.stringify(definitions);
  return new Uint8Array(await (await get(definitions)).arrayBuffer());
}

async function instantiate(source: WasmSource): Promise<TriplineModule> {
  if (typeof WebAssembly === 'undefined') throw new Error('This browser has no WebAssembly.');
  try {
    const answer = typeof source === 'string' || source instanceof URL ? await get(source) : await source;
    return await new Promise((resolve, reject) => {
      createModule({
        instantiateWasm: (imports, success) => {
          instance(answer, imports).then(success, reject);
          return {};
        },
      }).then(resolve, reject);
    });
  } catch (error) {
    throw new Error(`The WebAssembly module could not be loaded: ${messageOf(error)} ${advice(error)}`, {
      cause: error,
    });
  }
}

async function instance(answer: Answer, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  if (answer instanceof WebAssembly.Module) return WebAssembly.instantiate(answer, imports);
  if (!(answer instanceof Response)) return (await WebAssembly.instantiate(answer, imports)).instance;
  // Compiling while it loads is for this type only; any other is compiled from the bytes.
  if (answer.headers.get('Content-Type')?.toLowerCase() === 'application/wasm') {
    return (await WebAssembly.instantiateStreaming(answer, imports)).instance;
  }
  return (await WebAssembly.instantiate(await answer.arrayBuffer(), imports)).instance;
}

async function get(url: string | URL): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new Error(`${url} cannot be fetched (${messageOf(error)}).`, { cause: error });
  }
  if (!response.ok) throw new Error(`${url} answered with status ${response.status}.`);
  return response;
}

function advice(error: unknown): string {
  return /content security policy|unsafe-eval/i.test(messageOf(error))
    ? "Add 'wasm-unsafe-eval' to script-src of the page's Content-Security-Policy."
    : 'Serve the file tripline.wasm of this package, and give its address as the option "wasm".';
}
