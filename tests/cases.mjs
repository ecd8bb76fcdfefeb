// Counts the test cases of a JUnit report: prints "passed failed skipped", then each failed case and what was said of it.
//
// Every runner that we use writes such a report, but they differ in what the sums in its head
// count (Catch2 counts assertions), so the cases themselves are counted.

import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const linesOfAFailure = 25;

// As in any text of XML: a CDATA section is its content, with the special characters escaped.
const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const characters = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const escape = (text) => text.replace(/[&<>]/g, (character) => escapes[character]);
const plain = (text) =>
  text.replace(/&(?:#(x?)([0-9a-f]+)|(\w+));/gi, (entity, hex, code, name) =>
    code === undefined ? (characters[name] ?? entity) : String.fromCodePoint(parseInt(code, hex ? 16 : 10)),
  );

const xml = readFileSync(process.argv[2], 'utf8').replace(/<!\[CDATA\[(.*?)\]\]>/gs, (_, text) => escape(text));
if (!xml.includes('</testsuites>')) throw new Error('The report is cut off: the runner crashed.');

let [passed, failed, skipped] = [0, 0, 0];
const failures = [];
for (const [, attributes, body = ''] of xml.matchAll(/<testcase\b((?:[^>"]|"[^"]*")*?)(?:\/>|>(.*?)<\/testcase>)/gs)) {
  const failure = /<(?:failure|error)\b((?:[^>"]|"[^"]*")*?)(?:\/>|>(.*?)<\/(?:failure|error)>)/s.exec(body);
  if (failure !== null) {
    failed += 1;
    failures.push(describe(attributes, failure[1], failure[2] ?? ''));
  } else if (/<skipped\b/.test(body)) skipped += 1;
  else passed += 1;
}
console.log([`${passed} ${failed} ${skipped}`, ...failures].join('\n'));

function describe(attributes, failure, text) {
  const name = attribute(attributes, 'name');
  const lines = [attribute(failure, 'message'), stripVTControlCharacters(plain(text))]
    .join('\n')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return [`  ${name}`, ...lines.slice(0, linesOfAFailure).map((line) => `    ${line}`)].join('\n');
}

function attribute(attributes, name) {
  return plain(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
}
