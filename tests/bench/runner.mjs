// The common part of all runners. A runner is run as `node RUNNER [--OPTION VALUE]...`, prints its steps on standard
// error, and its measurements on standard output, by the rows of the manifest.

import { parseArgs } from 'node:util';

export const { values: options } = parseArgs({
  options: { events: { type: 'string', default: '100000' } },
});

/** Throws if the measured program did not do what the benchmark expects. */
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
