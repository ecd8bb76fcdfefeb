// Reads the profiles of `tests/run coverage` and prints which share of the lines of core/ ran, by folder.
//
//   node tests/coverage.mjs             prints the table; fails if too few lines of core/ ran
//   node tests/coverage.mjs --missing   prints also each line that no test ran

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const least = 95; // percent

const root = fileURLToPath(new URL('..', import.meta.url));
const core = join(root, 'core/');
const tree = join(root, '.build/coverage');
const merged = join(tree, 'merged.profdata');

const profiles = readdirSync(join(tree, 'profiles')).map((name) => join(tree, 'profiles', name));
llvm('llvm-profdata-14', 'merge', '-sparse', '-o', merged, ...profiles);

const folders = new Map();
for (const { filename, summary } of JSON.parse(coverage('export', '-summary-only')).data[0].files) {
  const file = normalize(filename);
  if (!file.startsWith(core)) continue;
  const folder = dirname(relative(root, file));
  const { count, covered } = folders.get(folder) ?? { count: 0, covered: 0 };
  folders.set(folder, { count: count + summary.lines.count, covered: covered + summary.lines.covered });
}

const all = { count: 0, covered: 0 };
console.log('    lines      ran     share');
for (const [folder, lines] of [...folders].sort()) {
  print(folder, lines);
  all.count += lines.count;
  all.covered += lines.covered;
}
print(`all of core/; at least ${least} %`, all);
if (process.argv.includes('--missing')) printMissing();
process.exitCode = all.count > 0 && share(all) >= least ? 0 : 1;

function coverage(command, ...options) {
  const programs = [join(tree, 'bin/tripline-tests'), '-object', join(tree, 'bin/tripline')];
  return llvm('llvm-cov-14', command, ...programs, `-instr-profile=${merged}`, ...options);
}

function llvm(program, ...options) {
  return execFileSync(program, options, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
}

function print(name, { count, covered }) {
  console.log(
    `${String(count).padStart(9)}${String(covered).padStart(9)}${share({ count, covered }).toFixed(1).padStart(8)} %  ${name}`,
  );
}

function share({ count, covered }) {
  return (100 * covered) / count;
}

// llvm-cov prints for each file its name and a colon, then lines as `number|count|source`.
function printMissing() {
  let file = '';
  for (const line of coverage('show', '-show-instantiations=false', '-use-color=false').split('\n')) {
    if (/^\/.*:$/.test(line)) file = normalize(line.slice(0, -1));
    const [, number, text] = /^ *(\d+)\| *0\|(.*)$/.exec(line) ?? [];
    if (number && file.startsWith(core)) console.log(`${relative(root, file)}:${number}: ${text.trim()}`);
  }
}
