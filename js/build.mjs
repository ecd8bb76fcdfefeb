// Builds dist/ from src/ and from the engine, which CMake leaves in dist/engine.

import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));

for (const file of ['tripline.js', 'tripline.wasm']) {
  if (!existsSync(`dist/engine/${file}`)) {
    console.error(`dist/engine/${file} is missing. Run .setup/build wasm in the folder above first.`);
    process.exit(1);
  }
}

for (const { name } of readdirSync('dist', { withFileTypes: true }).filter((entry) => entry.isFile())) {
  rmSync(`dist/${name}`);
}

copyFileSync('../wasm/tripline.d.ts', 'dist/engine/tripline.d.ts');
copyFileSync('dist/engine/tripline.wasm', 'dist/tripline.wasm');

await build({
  entryPoints: ['src/index.ts', 'src/snowplow.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true, // both entries share one evaluator and one copy of the engine's glue
  chunkNames: '[name]-[hash]',
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: 'linked',
  logLevel: 'warning',
});

const { status } = spawnSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
process.exitCode = status ?? 1;
