// The package's own engine class, which no entry of the package exports: what lies between a payload
// and its interventions, without journal and store. Built from the source with the package's options.

import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const js = new URL('../../../js/', import.meta.url);

export async function importEngine() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('src/engine/engine.ts', js))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
  });
  const { Engine } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  return Engine;
}

export async function newModule() {
  const { default: createModule } = await import(new URL('dist/engine/tripline.js', js));
  return createModule({ wasm: readFileSync(new URL('dist/engine/tripline.wasm', js)) });
}

export const tutorial = readFileSync(new URL('../../samples/ecom_bundle.json', import.meta.url));

/** The payloads of a session, one a step. */
export function readSession(name) {
  const text = readFileSync(new URL(`../sessions/${name}.ndjson`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
