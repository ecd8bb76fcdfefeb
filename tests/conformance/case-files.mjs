// The parts that both runners share: they read the case files and report complaints.

import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('cases/', import.meta.url);

/** Returns all case files in alphabetical order, as `{ name, content }`. */
export function readCaseFiles() {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  if (names.length === 0) throw new Error('There are no case files in tests/conformance/cases.');
  return names.map((name) => ({
    name,
    content: JSON.parse(readFileSync(new URL(name, folder), 'utf8')),
  }));
}

/** Fails the test with one line per complaint, if there is one. */
export function assertNone(complaints) {
  if (complaints.length === 0) return;
  const error = new Error(complaints.join('\n'));
  error.stack = error.message; // the runner's own stack is of no use
  throw error;
}
