// Compares the size of a page's download for local evaluation, compressed by brotli, with the budget. The download is
// the plugin with all its imports (the module's glue is one of them) and the WebAssembly module that the definitions
// need: tripline.wasm for JSON, tripline-runtime.wasm for a compiled program. Then prints the size of the files that
// are loaded on demand, of each engine alone, with its glue, and of the package as npm downloads it.

import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

// In bytes: what a page downloads, and the module with its glue.
const budgets = {
  'with a compiled program': { page: 49_300, engine: 33_000 },
  'with definitions in JSON': { page: 71_800, engine: 55_500 },
};
const modules = {
  'with a compiled program': 'tripline-runtime.wasm',
  'with definitions in JSON': 'tripline.wasm',
};

const dist = fileURLToPath(new URL('../js/dist/', import.meta.url));
const files = withImports(join(dist, 'snowplow.js'));
for (const file of files) print(compressed(file), relative(dist, file));
for (const file of [...files].flatMap((each) => imports(each, /\bimport\s*\(\s*["'](\.{1,2}\/[^"']+)["']/g))) {
  print(compressed(file), `${relative(dist, file)}, on demand`);
}

const { minify } = createRequire(new URL('../js/package.json', import.meta.url))('terser');
const glue = await minify(readFileSync(join(dist, 'engine/tripline.js'), 'utf8'), { module: true, ecma: 2020 });
const glueSize = brotli(Buffer.from(glue.code));
const scripts = [...files].reduce((sum, file) => sum + compressed(file), 0);
for (const [form, budget] of Object.entries(budgets)) {
  const module = compressed(join(dist, modules[form]));
  print(module, modules[form]);
  check(module + glueSize, `the engine ${form}: that module and its glue`, budget.engine);
  check(
    scripts + module,
    `the page ${form}: that module and ${[...files].map((file) => relative(dist, file))}`,
    budget.page,
  );
}

const [pack] = JSON.parse(execSync('npm pack --dry-run --json --ignore-scripts', { cwd: join(dist, '..') }));
print(pack.size, `the package's tarball; ${pack.unpackedSize} unpacked`);

function print(size, what) {
  console.log(`${String(size).padStart(8)}  ${what}`);
}

function check(size, what, budget) {
  print(size, `${what}; the budget is ${budget}`);
  if (size > budget) process.exitCode = 1;
}

// Returns the file and every file that it imports statically.
function withImports(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const each of imports(file, /(?:\bfrom|\bimport)\s*["'](\.{1,2}\/[^"']+)["']/g)) withImports(each, found);
  return found;
}

function imports(file, statement) {
  return [...readFileSync(file, 'latin1').matchAll(statement)].map(([, specifier]) =>
    resolve(dirname(file), specifier),
  );
}

function compressed(file) {
  return brotli(readFileSync(file));
}

function brotli(bytes) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return brotliCompressSync(bytes, { params }).length;
}
