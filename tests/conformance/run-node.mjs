// Runs the conformance cases on the WebAssembly modules in Node.

import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { assertNone, readCaseFiles } from './case-files.mjs';
import { runTest } from './run-case.mjs';

const engineFolder = new URL('../../js/dist/engine/', import.meta.url);
const { default: createModule } = await import(new URL('tripline.js', engineFolder));
const moduleOf = (file) => createModule({ wasm: readFileSync(new URL(file, engineFolder)) });
const modules = { compiler: await moduleOf('tripline.wasm'), runtime: await moduleOf('tripline-runtime.wasm') };

for (const { name, content } of readCaseFiles()) {
  describe(name, () => {
    for (const each of content.tests) {
      test(each.name, () => assertNone(runTest(modules, content, each)));
    }
  });
}
