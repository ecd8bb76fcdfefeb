// Counts the test cases of a JUnit report: prints "passed failed skipped".
//
// Every runner that we use writes such a report, but they differ in what the sums in its head
// count (Catch2 counts assertions), so the cases themselves are counted.

import { readFileSync } from 'node:fs';

const xml = readFileSync(process.argv[2], 'utf8').replace(/<!\[CDATA\[.*?\]\]>/gs, '');
if (!xml.includes('</testsuites>')) throw new Error('The report is cut off: the runner crashed.');

let [passed, failed, skipped] = [0, 0, 0];
for (const [, body = ''] of xml.matchAll(/<testcase\b(?:[^>"]|"[^"]*")*?(?:\/>|>(.*?)<\/testcase>)/gs)) {
  if (/<(failure|error)\b/.test(body)) failed += 1;
  else if (/<skipped\b/.test(body)) skipped += 1;
  else passed += 1;
}
console.log(passed, failed, skipped);
