// What is written by hand on this side of the boundary, against the module that was built.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { TriplineModule } from '../../js/dist/engine/tripline.js';
import { Layout } from '../../js/src/event-buffer.js';
import { newModule, readLayout } from './engine-module.js';

let module: TriplineModule;
beforeAll(async () => {
  module = await newModule();
});

test('the event buffer has the layout that the module says', () => {
  const named = Object.entries(Layout).filter(([, value]) => typeof value === 'number');
  expect(Object.fromEntries(named)).toEqual(readLayout(module));
});

test('the types name every function of the module, and no other', () => {
  const declarations = readFileSync(new URL('../../wasm/tripline.d.ts', import.meta.url), 'utf8');
  const body = /interface TriplineModule \{(.*?)\n\}/s.exec(declarations)?.[1] ?? '';
  const promised = [...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name);
  const ofEmscripten = /Error$|^(_malloc|_free|run|inspect|instantiateWasm|locateFile|print|printErr|stack\w+|dynCall_\w+|___\w+|\w+_emval\w*)$/;
  const found = Object.entries(module)
    .filter(([name, value]) => typeof value === 'function' && !ofEmscripten.test(name))
    .map(([name]) => name);
  expect(found.sort()).toEqual(promised.sort());
  expect(module.memory).toBeInstanceOf(WebAssembly.Memory);
});
