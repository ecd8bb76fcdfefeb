// In Chromium: bytes, bundle and snapshot at hand → ready, against an embind module without content.

import { report } from '../runner.mjs';
import { p50AndP99 } from '../statistics.mjs';
import { Site } from './site.mjs';

const starts = 15; // of each, in turns, each in a page of its own

const sessions = await Site.open('decision-page.js');
const { state } = await sessions.visit(async () => (await import('/page.js')).visit('buyer'));
await sessions.close();

const site = await Site.open('start-page.js');
const rows = {};
for (const [row, pause] of Object.entries({ start: 500, 'busy-start': 0 })) {
  const ours = [];
  const empty = [];
  for (let start = 0; start < starts; ++start) {
    ours.push(await site.visit(async (values) => (await import('/page.js')).startTripline(...values), [pause, state]));
    empty.push(await site.visit(async (wait) => (await import('/page.js')).startEmpty(wait), pause));
  }
  rows[row] = { measured: p50AndP99(ours), peer: p50AndP99(empty) };
}
await site.close();
report(rows);
