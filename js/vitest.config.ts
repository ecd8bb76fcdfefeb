import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';

const tests = fileURLToPath(new URL('../tests/js/', import.meta.url));
const packageFile = fileURLToPath(new URL('package.json', import.meta.url));

/** The tests lie outside of the folder whose packages they use. */
function packagesOfThisFolder(): Plugin {
  return {
    name: 'packages-of-this-folder',
    enforce: 'pre',
    resolveId(source, importer) {
      const isPackage = /^[@a-z]/.test(source) && !source.startsWith('node:');
      return isPackage && importer?.startsWith(tests) ? this.resolve(source, packageFile) : null;
    },
  };
}

export default defineConfig({
  plugins: [packagesOfThisFolder()],
  server: { fs: { strict: false } },
  test: {
    // `*.full.ts` takes minutes: a part of `tests/run --full`.
    include: [`${tests}**/*.${process.env['TRIPLINE_FULL'] ? 'full' : 'test'}.ts`],
    // Chromium and the machine's other work share two cores: a test that waits must not fail by the clock.
    testTimeout: 60_000 + 1000 * Number(process.env['TRIPLINE_PROPERTY_SECONDS'] ?? 0),
    hookTimeout: 60_000,
  },
});
