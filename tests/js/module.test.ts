// Compares the code that is written by hand on this side of the boundary with the built modules.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { LoadReport, TriplineModule } from '../../js/dist/engine/tripline.js';
import { Layout } from '../../js/src/event/event-buffer.js';
import { layout } from '../conformance/layout.mjs';
import { newModule, readSample, runtimeBytes, wasmBytes } from './engine-module.js';

let module: TriplineModule;
let runtime: TriplineModule;
beforeAll(async () => {
  module = await newModule();
  runtime = await newModule(runtimeBytes);
});

/** Writes bytes where a module expects them; returns their number. */
function write(into: TriplineModule, bytes: Uint8Array): number {
  const start = into.buffer(bytes.length);
  new Uint8Array(into.memory.buffer).set(bytes, start);
  return bytes.length;
}

function result(of: TriplineModule): Uint8Array {
  return new Uint8Array(of.memory.buffer, of.result(), of.resultSize()).slice();
}

function load(into: TriplineModule, bytes: Uint8Array): { handle: number; report: LoadReport } {
  const handle = into.load(write(into, bytes), 0, 0, 0);
  return { handle, report: JSON.parse(new TextDecoder().decode(result(into))) as LoadReport };
}

const bundle = new TextEncoder().encode(readSample('ecom_bundle.json'));

/** Returns the sample's program as bytes. */
function compiled(): Uint8Array {
  const { handle } = load(module, bundle);
  module.save(handle);
  module.release(handle);
  return result(module);
}

test('the event buffer has the layout of the conformance cases', () => {
  const named = Object.entries(Layout).filter(([, value]) => typeof value === 'number');
  expect(Object.fromEntries(named)).toEqual(layout);
});

test('the types declare every function of the module, and no other', () => {
  const declarations = readFileSync(new URL('../../wasm/tripline.d.ts', import.meta.url), 'utf8');
  const body = /interface TriplineModule \{(.*?)\n\}/s.exec(declarations)?.[1] ?? '';
  const promised = [...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name);
  for (const each of [module, runtime]) {
    const found = Object.entries(each)
      .filter(([, value]) => typeof value === 'function')
      .map(([name]) => name);
    expect(found.sort()).toEqual(promised.sort());
    expect(each.memory).toBeInstanceOf(WebAssembly.Memory);
  }
});

/** Returns the interface between the two sides, without comments. */
function interfaceText(): string {
  const declarations = readFileSync(new URL('../../wasm/tripline.d.ts', import.meta.url), 'utf8');
  const code = declarations.replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '').replace(/\s+/g, ' ');
  expect(code).toContain('setAttributes(handle: number): number;');
  return code + JSON.stringify(layout);
}

test('one glue is for both modules', () => {
  const glueOf = (name: string) => readFileSync(new URL(`../../js/dist/engine/${name}.js`, import.meta.url), 'utf8');
  expect(glueOf('tripline-runtime')).toBe(glueOf('tripline'));
});

test('both modules load a compiled program, with the report of its definitions', () => {
  const { handle, report } = load(module, bundle);
  module.release(handle);
  for (const each of [module, runtime]) {
    const read = load(each, compiled());
    expect(read.handle).toBeGreaterThan(0);
    expect(read.report).toEqual({ ...report, diagnostics: [] });
    each.save(read.handle);
    expect(result(each)).toEqual(compiled());
    each.release(read.handle);
  }
});

test('the runtime refuses definitions in JSON, and says what reads them', () => {
  const { handle, report } = load(runtime, bundle);
  expect(handle).toBe(0);
  expect(report.diagnostics).toEqual([
    {
      severity: 'error',
      pointer: '',
      message:
        'this is not a compiled program; definitions in JSON need tripline.wasm, ' +
        "or 'tripline build' to compile them",
    },
  ]);
});

test('damaged programs and those of another format are refused in both modules', () => {
  const changed = (at: number): Uint8Array => compiled().map((byte, index) => (index === at ? byte ^ 1 : byte));
  for (const each of [module, runtime]) {
    for (const [at, why] of [
      [
        4,
        /^the program was built by tripline [\d.]+ \(format 0\); this engine .* format 1: run 'tripline build' again$/,
      ],
      [200, /^the program is damaged: run 'tripline build' again$/],
    ] as const) {
      const { handle, report } = load(each, changed(at));
      expect(handle).toBe(0);
      expect(report.diagnostics.map(({ message }) => message)).toEqual([expect.stringMatching(why)]);
    }
  }
});

test('a changed interface has another version, so that glue and module of different versions refuse each other', () => {
  const [version, ...others] = [wasmBytes, runtimeBytes].map((bytes) => {
    const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), 'tripline');
    return new Uint8Array(section ?? [])[0];
  });
  const hash = createHash('sha256').update(interfaceText()).digest('hex').slice(0, 16);
  // If the hash differs, raise the version in wasm/bindings.cpp and in wasm/runtime/exports.js, then set both here.
  expect(others).toEqual([version]);
  expect({ version, hash }).toEqual({ version: 5, hash: '4bdeae3efadb2438' });
});

test('released engines leave no memory in use', () => {
  const program = compiled();
  for (const [each, definitions] of [
    [module, bundle],
    [runtime, program],
  ] as const) {
    const loadAndRelease = (): void => {
      const handle = each.load(write(each, definitions), 0, 0, 0);
      expect(handle).not.toBe(0);
      each.release(handle);
    };
    for (let i = 0; i < 5; ++i) loadAndRelease();
    const before = each.memory.buffer.byteLength;
    for (let i = 0; i < 300; ++i) loadAndRelease();
    expect(each.memory.buffer.byteLength).toBe(before);
  }
});
