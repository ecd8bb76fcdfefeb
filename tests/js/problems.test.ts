// Compares js/docs/problems.md with the sources: every code, and every message.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const document = read('js/docs/problems.md');
/** This document has the sentences of an explanation. */
const shapes = read('js/docs/shapes.md');

/** Returns all sources in a folder. */
function sourcesOf(folder: string): { path: string; source: string }[] {
  const names = readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.(ts|cpp|h)$/.test(name))
    .map((name) => ({ path: folder + name, source: read(folder + name) }));
}

/** Removes comments, and joins adjacent or added string literals into one. */
function joined(source: string): string {
  return source
    .replace(/^\s*(\/\/|\/?\*).*$/gm, '')
    .replace(/\s\/\/ .*$/gm, '')
    .replace(/\b(?:static_)?assert\([^;]*;/g, '')
    .replace(/(["'`])(?:\s*\+)?\s*\n\s*\1/g, '');
}

/** Returns the fixed parts of a message, without the characters around its variable parts. */
function partsOf(message: string): string[] {
  return message
    .split(/…|%/)
    .map((part) => part.replace(/^[^\w\\{]+|[^\w)\].*?]+$/g, ''))
    .filter((part) => /\w/.test(part));
}

const unescaped = (literal: string): string => literal.replace(/\\(["'`\\])/g, '$1');

/** Returns false for an example, a unit and the like, which are not messages. */
const isSentence = (literal: string): boolean => /^[^|]*\w [^|]*\w [^|]*$/.test(literal);

test('there is a section for each code, and for no other', () => {
  const union = /export type ProblemCode =(.*?)'\w+';/s.exec(read('js/src/types.ts'))?.[0] ?? '';
  const codes = [...union.matchAll(/\| '(\w+)'/g)].map(([, code]) => code);
  const sections = [...document.matchAll(/^## (\w+)$/gm)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(5);
  expect(sections.sort()).toEqual(codes.sort());
});

test('every message in the document is in the sources', () => {
  const all = [...sourcesOf('js/src/'), ...sourcesOf('core/src/')]
    .map(({ source }) => unescaped(joined(source).replace(/['`]\s*\+\s*\n\s*['`]/g, '')))
    .join('\n');
  const shown = [...document.matchAll(/^\| `(.*?)`(?: \((?:a warning|an error)\))? \|/gm)].map(
    ([, message = '']) => message,
  );
  // A message may consist of several sentences.
  const sentences = shown.flatMap(partsOf).flatMap((part) => (all.includes(part) ? [] : part.split(/(?<=[.:]) /)));
  const unknown = sentences.filter(
    (sentence) => !all.includes(sentence.replace(/[.:]$/, '')) && !isOfDefinitions(sentence),
  );
  expect(shown.length).toBeGreaterThan(150);
  expect(unknown, 'js/docs/problems.md shows messages that no source has').toEqual([]);
});

/** Returns true for the sentence of the template that reports errors and warnings of definitions. */
function isOfDefinitions(sentence: string): boolean {
  return /^There are (errors|warnings) in the definitions$/.test(sentence);
}

test('every message of the sources is in the document', () => {
  const shown = (document + shapes).replace(/\s+/g, ' ');
  // Findings of the doctor, tables of fields, descriptions, sentences about events, and the listing of a program are
  // not messages.
  const others = /doctor\.ts|event-log\.ts|atomic-fields\.ts|define\.ts|list_program\.cpp/;
  const folders = [
    'js/src/',
    ...['definitions', 'program', 'compile', 'patterns', 'engine'].map((name) => `core/src/${name}/`),
  ];
  const files = folders.flatMap(sourcesOf).filter(({ path }) => !others.test(path));
  const missing = files.flatMap(({ path, source }) => {
    const literals = joined(source).match(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g) ?? [];
    const sentences = literals.map((literal) => unescaped(literal.slice(1, -1))).filter(isSentence);
    const parts = sentences.flatMap((text) => partsOf(text.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')));
    return parts.filter((part) => /\w \w/.test(part) && !shown.includes(part)).map((part) => `${path}: ${part}`);
  });
  expect(missing, 'js/docs/problems.md lacks these messages: add a row for each').toEqual([]);
});
