// Compiles every TypeScript snippet of the READMEs strictly against the built package, and compares the output of the
// rules with the comments beside it.

import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = `${root}tests/types/.snippets`;

/** Declarations that the reader's page would have. */
const surroundings = `
declare function showBanner(name: string, attributes?: unknown): void;
declare const payload: Record<string, unknown>;
declare const bundle: object;
declare const definitions: object;
`;

describe.each(['README.md', 'js/README.md', 'js/docs/why-not.md', 'js/docs/shapes.md'])('%s', (readme) => {
  const snippets = [...readFileSync(root + readme, 'utf8').matchAll(/^ *```ts\n(.*?)^ *```/gms)].map(
    ([, code = '']) => code,
  );

  it('has snippets', () => expect(snippets.length).toBeGreaterThan(0));

  it.each(snippets.map((code, index) => [index + 1, code] as const))(
    'snippet %i compiles',
    (number, code) => {
      mkdirSync(folder, { recursive: true });
      const file = `${folder}/${readme.replace(/\W/g, '-')}-${number}.ts`;
      const around = `${folder}/surroundings.d.ts`;
      writeFileSync(file, `${code}\nexport {};\n`);
      writeFileSync(around, surroundings);
      writeFileSync(
        `${folder}/tsconfig.json`,
        JSON.stringify({
          extends: '../tsconfig.json',
          compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
          include: [],
          files: [file, around],
        }),
      );
      try {
        execFileSync(`${root}js/node_modules/.bin/tsc`, ['--noEmit', '-p', folder], { encoding: 'utf8' });
      } catch (error) {
        expect.fail((error as { stdout: string }).stdout);
      }
    },
    60_000,
  );
});

it('the rules of the README print the values in their comments', async () => {
  const snippet =
    /^```ts\n([^`]*tripline\/testing.*?)^```/ms.exec(readFileSync(`${root}js/README.md`, 'utf8'))?.[1] ?? '';
  const { outputFiles } = await build({
    stdin: { contents: snippet, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    plugins: [
      {
        name: 'the-built-package',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^tripline\// }, ({ path }) => ({
            path: `${root}js/dist/${path.slice('tripline/'.length)}.js`,
            external: true,
          })),
      },
    ],
  });
  const printed = execFileSync(process.execPath, ['--input-type=module'], {
    input: outputFiles[0]?.text,
    encoding: 'utf8',
  });
  const promised = [...snippet.matchAll(/console\.log\(.*; \/\/ (.*)$/gm)].map(([, text]) => text);
  expect(promised).toHaveLength(2);
  expect(printed.trim().split('\n')).toEqual(promised);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));
