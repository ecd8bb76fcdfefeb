// Builds dist/ from src/ and from the engine, which CMake leaves in dist/engine.

import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify } from 'terser';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));

for (const file of ['tripline.js', 'tripline.wasm', 'tripline-runtime.wasm', 'program.js', 'program.wasm']) {
  if (!existsSync(`dist/engine/${file}`)) {
    console.error(`dist/engine/${file} is missing. Run .setup/build wasm in the folder above first.`);
    process.exit(1);
  }
}

for (const name of readdirSync('dist').filter((name) => name !== 'engine')) rmSync(`dist/${name}`, { recursive: true });

copyFileSync('../wasm/tripline.d.ts', 'dist/engine/tripline.d.ts');
// The package has the rules that its documents refer to.
copyFileSync('../core/docs/semantics.md', 'docs/semantics.md');
// One glue is for both modules.
for (const name of ['tripline.wasm', 'tripline-runtime.wasm']) copyFileSync(`dist/engine/${name}`, `dist/${name}`);

// Files that pages load on demand, by these names.
const onDemand = [
  'evaluator/doctor',
  'engine/inspect',
  'stream/intervention-stream',
  'stream/service-attributes',
  'state/set-and-push',
  'state/event-logs',
  'support/advice',
];
const ownFiles = new Set([...onDemand.map((path) => basename(path)), 'snowplow']);

// The files of dist/ lie beside each other, wherever their sources are.
const importsOwnFiles = {
  name: 'own files',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, kind }) => {
      const name = basename(path, '.js');
      return kind !== 'entry-point' && ownFiles.has(name) ? { path: `./${name}.js`, external: true } : undefined;
    });
  },
};

// Files that one page may load together share one evaluator: it is in the plugin's file, which `index` imports. A
// second file would cost the page 500 bytes, since each file is compressed by itself.
for (const path of ['snowplow', 'index', 'fetcher', 'define', ...onDemand])
  await bundle([`src/${path}.ts`], [importsOwnFiles]);
await bundle(['src/server.ts', 'src/testing.ts'], []);

// Terser makes the engine's glue a tenth smaller after esbuild. pure_getters and pure_new hold here: no getter has a
// side effect, and no constructor is called for its side effects.
for (const file of readdirSync('dist').filter((name) => name.endsWith('.js'))) {
  const { code } = await minify(readFileSync(`dist/${file}`, 'utf8'), {
    module: true,
    ecma: 2020,
    compress: { passes: 3, keep_fargs: false, inline: 1, pure_getters: true, pure_new: true },
  });
  writeFileSync(`dist/${file}`, code);
}

// The command line program for Node. Its glue is CommonJS, which the package is not.
await build({
  entryPoints: ['cli/tripline.ts'],
  outdir: 'dist/cli',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minify: true,
  logLevel: 'warning',
});
copyFileSync('dist/engine/program.wasm', 'dist/cli/program.wasm');
const program = await minify(readFileSync('dist/engine/program.js', 'utf8'));
writeFileSync('dist/cli/program.cjs', program.code);
chmodSync('dist/cli/tripline.js', 0o755);

const { status } = spawnSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
process.exitCode = status ?? 1;

function bundle(entryPoints, plugins) {
  return build({
    entryPoints,
    entryNames: '[name]',
    plugins,
    outdir: 'dist',
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    format: 'esm',
    target: 'es2022',
    minify: true,
    logLevel: 'warning',
  });
}
