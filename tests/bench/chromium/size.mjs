// Measures what a page downloads for local evaluation, as it asks for it, beside the tracker that it has anyway.

import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { report } from '../runner.mjs';
import { Site } from './site.mjs';

const site = await Site.open('plain-page.js');
await site.visit(async () => (await import('/page.js')).start());
await site.close();

const ours = [...site.loaded].filter(([path]) => path.startsWith('/dist/'));
const files = Object.fromEntries(ours.map(([path, bytes]) => [path, sizes([bytes])]));
report({
  size: {
    measured: sizes(ours.map(([, bytes]) => bytes)),
    peer: sizes([site.loaded.get('/tracker.js')]),
    files,
  },
});

/** In KB of 1,000 bytes. Every file is compressed on its own. */
function sizes(files) {
  const sum = (compress) => files.reduce((total, bytes) => total + compress(bytes).length / 1000, 0);
  return {
    brotli: sum((bytes) =>
      brotliCompressSync(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      }),
    ),
    gzip: sum((bytes) => gzipSync(bytes, { level: 9 })),
    raw: sum((bytes) => bytes),
  };
}
