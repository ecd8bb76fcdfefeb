// Loads the real WebAssembly module in Node.
import { readFileSync } from 'node:fs';
import createModule, { type TriplineModule } from '../../js/dist/engine/tripline.js';

const root = new URL('../../', import.meta.url);

export const wasmBytes = readFileSync(new URL('js/dist/engine/tripline.wasm', root));
/** The module that reads compiled programs alone. */
export const runtimeBytes = readFileSync(new URL('js/dist/engine/tripline-runtime.wasm', root));

export function newModule(wasm = wasmBytes): Promise<TriplineModule> {
  return createModule({ wasm });
}

export function readSample(name: string): string {
  return readFileSync(new URL(`tests/samples/${name}`, root), 'utf8');
}

export function readSampleLines<Line>(name: string): Line[] {
  return readSample(name)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}
