// Compares the code that is written by hand on this side of the boundary with the built module.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { TriplineModule } from '../../js/dist/engine/tripline.js';
import { Layout } from '../../js/src/event/event-buffer.js';
import { layout } from '../conformance/layout.mjs';
import { newModule, readSample, wasmBytes } from './engine-module.js';

let module: TriplineModule;
beforeAll(async () => {
  module = await newModule();
});

test('the event buffer has the layout of the conformance cases', () => {
  const named = Object.entries(Layout).filter(([, value]) => typeof value === 'number');
  expect(Object.fromEntries(named)).toEqual(layout);
});

test('the types declare every function of the module, and no other', () => {
  const declarations = readFileSync(new URL('../../wasm/tripline.d.ts', import.meta.url), 'utf8');
  const body = /interface TriplineModule \{(.*?)\n\}/s.exec(declarations)?.[1] ?? '';
  const promised = [...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name);
  const found = Object.entries(module)
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => name);
  expect(found.sort()).toEqual(promised.sort());
  expect(module.memory).toBeInstanceOf(WebAssembly.Memory);
});

/** Returns the interface between the two sides, without comments. */
function interfaceText(): string {
  const declarations = readFileSync(new URL('../../wasm/tripline.d.ts', import.meta.url), 'utf8');
  const code = declarations.replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '').replace(/\s+/g, ' ');
  expect(code).toContain('setAttributes(handle: number): number;');
  return code + JSON.stringify(layout);
}

test('a changed interface has another version, so that glue and module of different versions refuse each other', () => {
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(wasmBytes), 'tripline');
  const [version] = new Uint8Array(section ?? []);
  const hash = createHash('sha256').update(interfaceText()).digest('hex').slice(0, 16);
  // If the hash differs, raise the version in wasm/bindings.cpp and in wasm/runtime/exports.js, then set both here.
  expect({ version, hash }).toEqual({ version: 3, hash: '005ab7522b9dbc4d' });
});

test('released engines leave no memory in use', () => {
  const bundle = new TextEncoder().encode(readSample('ecom_bundle.json'));
  const loadAndRelease = (): void => {
    new Uint8Array(module.memory.buffer).set(bundle, module.buffer(bundle.length));
    const handle = module.load(bundle.length, 0, 0, 0);
    expect(handle).not.toBe(0);
    module.release(handle);
  };
  for (let i = 0; i < 5; ++i) loadAndRelease();
  const before = module.memory.buffer.byteLength;
  for (let i = 0; i < 300; ++i) loadAndRelease();
  expect(module.memory.buffer.byteLength).toBe(before);
});
