// Valid WebAssembly modules that the glue cannot use.
import { wasmBytes } from './engine-module.js';

const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** A type without parameters and results. */
const type = [1, 4, 1, 0x60, 0, 0];
/** The custom section with the version of the glue that a module needs. */
const versioned = (version: number): number[] => [0, 10, 8, ...new TextEncoder().encode('tripline'), version];
const ours =
  new Uint8Array(WebAssembly.Module.customSections(new WebAssembly.Module(wasmBytes), 'tripline')[0] ?? [])[0] ?? 0;
const bytes = (...parts: number[][]): Uint8Array<ArrayBuffer> => new Uint8Array([...header, ...parts.flat()]);

/** Returns the real module with another version. */
function ofAnotherVersion(): Uint8Array<ArrayBuffer> {
  const changed = new Uint8Array(wasmBytes);
  const at = Buffer.from(changed).indexOf(Buffer.from(versioned(ours)));
  changed[at + versioned(ours).length - 1] = ours + 1;
  return changed;
}

/** Most have the version of the glue, so that they pass its check of the version. */
export const foreignModules: [string, () => Uint8Array<ArrayBuffer>][] = [
  ['has nothing in it', () => bytes()],
  ['is for another version of the glue', ofAnotherVersion],
  ['lacks every export', () => bytes(versioned(ours))],
  ['needs an import that does not exist', () => bytes(type, [2, 7, 1, 1, 0x78, 1, 0x79, 0, 0], versioned(ours))],
  ['traps at its start', () => bytes(type, [3, 2, 1, 0], [8, 1, 0], [10, 5, 1, 3, 0, 0, 0x0b], versioned(ours))],
  [
    'calls a function that throws at its start',
    () => bytes(type, [2, 7, 1, 1, 0x61, 1, 0x61, 0, 0], [8, 1, 0], versioned(ours)),
  ],
  ['needs more memory than possible', () => bytes([5, 5, 1, 0, 0x80, 0x80, 4], versioned(ours))],
];
