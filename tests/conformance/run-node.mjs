// Runs the conformance cases on the WebAssembly module in Node.

import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { assertNone, readCaseFiles } from './case-files.mjs';
import { runTest } from './run-case.mjs';

const engineFolder = new URL('../../js/dist/engine/', import.meta.url);
const { default: createModule } = await import(new URL('tripline.js', engineFolder));
const module = await createModule({ wasm: readFileSync(new URL('tripline.wasm', engineFolder)) });

for (const { name, content } of readCaseFiles()) {
  describe(name, () => {
    for (const each of content.tests) {
      test(each.name, () => assertNone(runTest(module, content, each)));
    }
  });
}
