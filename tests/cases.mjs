// Counts the test cases of a JUnit report: prints "passed failed skipped", then each failed case with its message.
//
// Every test runner here writes such a report, but the totals in its head differ in meaning (Catch2
// counts assertions), so this program counts the cases themselves.

import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const linesOfAFailure = 25;

// Replaces CDATA sections by their content with the special characters escaped, which means the same in XML.
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
