// What every runner has in common: it is run as `node RUNNER [--OPTION VALUE]...`, says on standard
// error what it is doing, and writes to standard output what it measured, by the rows of the manifest.

import { parseArgs } from 'node:util';

export const { values: options } = parseArgs({
  options: { events: { type: 'string', default: '100000' } },
});

/** Stops everything if what was measured was not the right thing. */
export function check(holds, message) {
  if (!holds) throw new Error(`What was measured is wrong: ${message}`);
}

export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** `rows`: {ROW: {measured: {LABEL: number}, peer?: {LABEL: number}, ratio?: number}}, in the manifest's units. */
export function report(rows) {
  process.stdout.write(`${JSON.stringify(rows)}\n`);
}
