// Native replay of many events, against a bare DOM parse of the same lines. Both run on one core; what
// counts is their processor time, which other processes on the machine disturb less than the clock.

import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, options, report, say } from '../runner.mjs';
import { median } from '../statistics.mjs';

const events = Number(options.events);
const together = 100; // visitors who are in the shop at one time
const rounds = 3;

const root = new URL('../../../', import.meta.url);
const pathOf = (path) => fileURLToPath(new URL(path, root));
const folder = mkdtempSync(join(tmpdir(), 'tripline-replay-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

say(`writing ${events} events`);
const file = join(folder, 'events.ndjson');
const { lines, payloads } = writeEvents();
const tripline = [
  pathOf('.build/bench/bin/tripline'),
  'replay',
  '--definitions',
  pathOf('tests/samples/ecom_bundle.json'),
  file,
];
const parsing = [pathOf('.build/bench/bin/tripline-parse-lines'), file];

const replayTimes = [];
const parseTimes = [];
for (let round = 0; round < rounds; ++round) {
  const replayed = run(tripline);
  check(replayed.lines === payloads, `${replayed.lines} payloads instead of ${payloads}`);
  replayTimes.push(replayed.seconds);
  const parsed = run(parsing);
  check(Number(parsed.text) === lines, `${parsed.text.trim()} lines were parsed instead of ${lines}`);
  parseTimes.push(parsed.seconds);
}
const microseconds = (times) => (median(times) / lines) * 1e6;
report({
  replay: { measured: { 'per event': microseconds(replayTimes) }, peer: { 'per event': microseconds(parseTimes) } },
});

/** Runs a program and returns its processor time and what it wrote. */
function run(command) {
  const output = join(folder, 'output');
  const script = `TIMEFORMAT='%U %S'; time "$@" > "${output}"`;
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8' });
  check(status === 0, `${command[0]} ended with status ${status}: ${stderr}`);
  const seconds = stderr
    .trim()
    .split(/\s+/)
    .slice(-2)
    .map(Number)
    .reduce((sum, part) => sum + part, 0);
  const text = readFileSync(output, 'utf8');
  return { seconds, text, lines: text.split('\n').length - 1 };
}

/** Visitors come in groups; within one they take turns. Every second one buys, the others look. */
function writeEvents() {
  const sessions = ['buyer', 'looker'].map((name) =>
    readFileSync(pathOf(`tests/bench/sessions/${name}.enriched.ndjson`), 'utf8')
      .trim()
      .split('\n')
      .map(splitLine),
  );
  const out = openSync(file, 'w');
  let lines = 0;
  let payloads = 0;
  for (let first = 0; lines < events; first += together) {
    const text = [];
    for (let step = 0; step < sessions[0].length; ++step) {
      for (let visitor = first; visitor < first + together; ++visitor) {
        const line = sessions[visitor % 2][step];
        if (line) text.push(line(visitor, step));
      }
    }
    lines += text.length;
    payloads += 6 * (together / 2); // three interventions for two targets
    writeSync(out, `${text.join('\n')}\n`);
  }
  closeSync(out);
  return { lines, payloads };
}

/** A recorded line as a function of the visitor; each visitor and event has ids of its own. */
function splitLine(line) {
  const { domain_userid, user_id, event_id, derived_tstamp } = JSON.parse(line);
  const start = Date.parse(derived_tstamp);
  const parts = line.split(new RegExp(`(${[domain_userid, user_id, event_id].join('|')}|${derived_tstamp})`));
  return (visitor) => {
    const number = visitor.toString(16).padStart(8, '0');
    const time = new Date(start + Math.floor(visitor / together) * 200_000).toISOString();
    const own = { [domain_userid]: number, [user_id]: number, [event_id]: number };
    return parts
      .map((part) =>
        part === derived_tstamp ? time : own[part] ? withNumber(part, own[part], part === event_id) : part,
      )
      .join('');
  };
}

// An event id keeps its first digits, which tell the steps of a session apart.
function withNumber(id, number, isEvent) {
  return isEvent ? `${id.slice(0, 8)}-${number.slice(0, 4)}-${number.slice(4)}${id.slice(18)}` : number + id.slice(8);
}
