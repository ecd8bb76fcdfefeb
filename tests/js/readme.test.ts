// Compiles every TypeScript snippet of the READMEs and documents strictly against the built package, and compares the output of the
// rules with the comments beside it.

import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

const snippetsOf = (readme: string): string[] =>
  [...readFileSync(root + readme, 'utf8').matchAll(/^ *```ts\n(.*?)^ *```/gms)].map(([, code = '']) => code);

const documents = readdirSync(`${root}js/docs`).map((name) => `js/docs/${name}`);
const withSnippets = ['README.md', 'js/README.md', ...documents].filter((name) => snippetsOf(name).length > 0);

it('most documents have snippets', () => expect(withSnippets.length).toBeGreaterThan(6));

describe.each(withSnippets)('%s', (readme) => {
  const snippets = snippetsOf(readme);

  it.each(snippets.map((code, index) => [index + 1, code] as const))(
    'snippet %i compiles',
    (number, code) => {
      mkdirSync(folder, { recursive: true });
      const file = `${folder}/${readme.replace(/\W/g, '-')}-${number}.ts`;
      const around = `${folder}/surroundings.d.ts`;
      writeFileSync(file, `${code}\nexport {};\n`);
      writeFileSync(around, surroundings);
      const definitions = `${root}tests/samples/ecom_bundle.json`;
      copyFileSync(definitions, `${folder}/definitions.json`);
      const program = [`${root}js/dist/cli/tripline.js`, 'types', definitions];
      writeFileSync(`${folder}/definitions.types.ts`, execFileSync(process.execPath, program));
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

it('the rules of js/docs/testing.md print the values in their comments', async () => {
  const snippet =
    /^```ts\n([^`]*tripline\/testing.*?)^```/ms.exec(readFileSync(`${root}js/docs/testing.md`, 'utf8'))?.[1] ?? '';
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
