// Every TypeScript snippet of the READMEs compiles, strictly, against the built package.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = `${root}tests/types/.snippets`;

/** What a page of the reader's own would bring along. */
const surroundings = `
declare function showBanner(name: string, attributes?: unknown): void;
declare const payload: Record<string, unknown>;
declare const bundle: object;
`;

describe.each(['README.md', 'js/README.md'])('%s', (readme) => {
  const snippets = [...readFileSync(root + readme, 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);

  it('has snippets', () => expect(snippets.length).toBeGreaterThan(0));

  it.each(snippets.map((code, index) => [index + 1, code] as const))('snippet %i compiles', (number, code) => {
    mkdirSync(folder, { recursive: true });
    const file = `${folder}/${readme.replace(/\W/g, '-')}-${number}.ts`;
    writeFileSync(file, `${code}\n${surroundings}\nexport {};\n`);
    writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ extends: '../tsconfig.json', compilerOptions: { noUnusedParameters: false }, include: [], files: [file] }));
    try {
      execFileSync(`${root}js/node_modules/.bin/tsc`, ['--noEmit', '-p', folder], { encoding: 'utf8' });
    } catch (error) {
      expect.fail((error as { stdout: string }).stdout);
    }
  }, 60_000);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));
