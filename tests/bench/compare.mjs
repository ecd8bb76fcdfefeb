// Runs what manifest.json lists and prints one table. See run, beside this file, for how to call it.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from './statistics.mjs';
import { drawTable } from './table.mjs';

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const manifest = JSON.parse(readFileSync(pathOf('manifest.json'), 'utf8'));
const { benchmarks, rounds, events } = readArguments();

execFileSync(pathOf('build'), [...new Set(benchmarks.flatMap(({ builds }) => builds))], { stdio: ['ignore', 2, 2] });

const failed = [];
const rows = [];
for (const benchmark of benchmarks) {
  const results = runRounds(benchmark);
  if (results.length === 0) continue;
  for (const row of benchmark.rows) rows.push({ ...row, ...combine(results.map((result) => result[row.id])) });
  keep(benchmark, results);
}
console.log(drawTable(rows, process.stdout.columns ?? (Number(process.env.COLUMNS) || 100)));
console.log(`Medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'} on ${describeMachine()}. \
Times depend on the machine and on what else runs on it, ratios much less.`);
if (failed.length > 0) {
  console.error(`Not measured, for the reasons above: ${failed.join(', ')}`);
  process.exitCode = 1;
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '3' }, events: { type: 'string', default: '100000' } },
  });
  const names = manifest.map(({ name }) => name);
  const unknown = positionals.filter((name) => !names.includes(name));
  const rounds = Number(values.rounds);
  if (unknown.length > 0 || !(rounds >= 1) || !(Number(values.events) >= 1)) {
    console.error(`usage: tests/bench/run [--rounds N] [--events N] [${names.join('|')}]...`);
    process.exit(2);
  }
  const wanted = manifest.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { benchmarks: wanted, rounds, events: values.events };
}

/** Returns what each round reported. Returns nothing, and prints the failure, if one failed. */
function runRounds({ name, runner }) {
  const results = [];
  for (let round = 1; round <= rounds; ++round) {
    console.error(`${name}, round ${round} of ${rounds}`);
    const { status, stdout } = spawnSync(process.execPath, [pathOf(runner), '--events', events], {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    if (status !== 0) {
      failed.push(name);
      return [];
    }
    results.push(JSON.parse(stdout));
  }
  return results;
}

/** The median of every number. A ratio is the median of the rounds' ratios: both sides had the same machine. */
function combine(results) {
  const medians = (part) =>
    Object.fromEntries(
      Object.keys(results[0][part]).map((label) => [label, median(results.map((one) => one[part][label]))]),
    );
  const [label] = Object.keys(results[0].measured);
  return {
    measured: medians('measured'),
    compared: medians('peer'),
    ratio: median(results.map(({ measured, peer, ratio }) => ratio ?? measured[label] / peer[label])),
  };
}

function keep({ name }, results) {
  mkdirSync(pathOf('results'), { recursive: true });
  const record = { when: new Date().toISOString(), machine: describeMachine(), load: loadavg(), rounds: results };
  writeFileSync(pathOf(`results/${name}.json`), `${JSON.stringify(record, null, 2)}\n`);
}

function describeMachine() {
  const processors = cpus();
  return `${processors.length} × ${processors[0].model.trim()}, Node ${process.version}`;
}
