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

// In bytes.
// For a page with definitions in JSON.
const budget = 65_300;
const engineBudget = 49_500;

const dist = fileURLToPath(new URL('../js/dist/', import.meta.url));
const files = [...withImports(join(dist, 'snowplow.js'))];

let scripts = 0;
for (const file of files) {
  const size = compressed(file);
  scripts += size;
  console.log(`${String(size).padStart(8)}  ${relative(dist, file)}`);
}
const compiler = compressed(join(dist, 'tripline.wasm'));
const runtime = compressed(join(dist, 'tripline-runtime.wasm'));
console.log(`${String(compiler).padStart(8)}  tripline.wasm`);
console.log(`${String(runtime).padStart(8)}  tripline-runtime.wasm`);
const total = scripts + compiler;
console.log(`${String(total).padStart(8)}  in all, with definitions in JSON; the budget is ${budget}`);
console.log(`${String(scripts + runtime).padStart(8)}  in all, with a compiled program`);
for (const file of files.flatMap((file) => imports(file, /\bimport\s*\(\s*["'](\.{1,2}\/[^"']+)["']/g))) {
  console.log(`${String(compressed(file)).padStart(8)}  ${relative(dist, file)}, on demand`);
}

const { minify } = createRequire(new URL('../js/package.json', import.meta.url))('terser');
const glue = await minify(readFileSync(join(dist, 'engine/tripline.js'), 'utf8'), { module: true, ecma: 2020 });
const glueSize = brotli(Buffer.from(glue.code));
const engine = compiler + glueSize;
console.log(`${String(engine).padStart(8)}  the engine alone, with its glue; the budget is ${engineBudget}`);
console.log(`${String(runtime + glueSize).padStart(8)}  the engine for compiled programs, with its glue`);

const [pack] = JSON.parse(execSync('npm pack --dry-run --json --ignore-scripts', { cwd: join(dist, '..') }));
console.log(`${String(pack.size).padStart(8)}  the package's tarball; ${pack.unpackedSize} unpacked`);

process.exitCode = total <= budget && engine <= engineBudget ? 0 : 1;

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
