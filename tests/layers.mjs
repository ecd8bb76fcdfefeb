// Checks that imports and includes point down: a folder uses only folders before it in the lists below, no two files
// need each other, and a package imports another one only by its name. Prints each import that breaks the rule, and then
// ends with exit status 1.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

// From the bottom to the top. The first entry of the list that is a prefix of a path gives the path's layer.
const layers = {
  core: [
    'include/tripline/detail',
    'src/support',
    'src/patterns',
    'include/tripline/diagnostic.h',
    'include/tripline/value.h',
    'include/tripline/definitions.h',
    'include/tripline/program.h',
    'include/tripline/event.h',
    'include/tripline/engine.h',
    'include/tripline',
    'src/value',
    'src/definitions',
    'src/program',
    'src/compile',
    'src/event',
    'src/attributes',
    'src/profiles',
    'src/criteria',
    'src/interventions',
    'src/engine',
    'cli/terminal',
    'cli/input',
    'cli/commands',
    'cli',
  ],
  'js/src': ['types.ts', 'support', 'event', 'engine', 'state', 'delivery', 'evaluator', 'stream', ''],
  'demo-shop/sandbox/src': [
    'types.ts',
    'support',
    'options.ts',
    'registry',
    'collector',
    'stream',
    'state',
    'http',
    '',
  ],
};

// Packages import one another by name. The first of these folders that holds a file is its package.
const packages = ['demo-shop/sandbox', 'demo-shop', 'js'];

const includeFolders = ['core/include', 'core/src', 'core/cli'];

const files = execFileSync('git', ['ls-files', ...Object.keys(layers)], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.(h|cpp|ts)$/.test(file));
const known = new Set(files);
const uses = new Map(files.map((file) => [file, usedBy(file)]));

const faults = [...upward(), ...circles(), ...acrossPackages()];
for (const fault of faults) console.log(fault);
console.log(
  `${files.length} files, ${[...uses.values()].flat().length} imports and includes, ${faults.length} in the wrong direction`,
);
process.exitCode = faults.length === 0 ? 0 : 1;

function usedBy(file) {
  const source = readFileSync(join(root, file), 'utf8');
  const specifiers = file.endsWith('.ts')
    ? relativeImports(file, source).map((path) => [path.replace(/\.js$/, '.ts')])
    : [...source.matchAll(/^#include "([^"]+)"/gm)].map(([, path]) =>
        includeFolders.map((folder) => `${folder}/${path}`),
      );
  return specifiers.flatMap((candidates) => candidates.filter((candidate) => known.has(candidate)));
}

function relativeImports(file, source) {
  const specifiers = source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.{1,2}\/[^']+)'/g);
  return [...specifiers].map(([, path]) => normalize(join(dirname(file), path)));
}

function* upward() {
  for (const [file, used] of uses) {
    for (const other of used) {
      const [folder, level] = placeOf(file);
      const [otherFolder, otherLevel] = placeOf(other);
      if (folder === otherFolder && otherLevel > level) yield `${file} is below ${other}, which it uses`;
    }
  }
}

function placeOf(file) {
  const folder = Object.keys(layers).find((each) => file.startsWith(`${each}/`));
  return [folder, layers[folder].findIndex((layer) => relative(folder, file).startsWith(layer))];
}

function* acrossPackages() {
  const packageOf = (path) => packages.find((folder) => path.startsWith(`${folder}/`));
  const sources = execFileSync('git', ['ls-files', 'demo-shop/*.ts', 'js/src/*.ts'], { cwd: root, encoding: 'utf8' });
  for (const file of sources.trim().split('\n')) {
    for (const path of relativeImports(file, readFileSync(join(root, file), 'utf8'))) {
      if (packageOf(path) !== packageOf(file)) yield `${file} imports ${path} of another package by its path`;
    }
  }
}

// A header and its own source file count as one unit.
function* circles() {
  const unit = (file) => file.replace(/\.(h|cpp)$/, '');
  const graph = new Map();
  for (const [file, used] of uses) {
    const others = graph.get(unit(file)) ?? new Set();
    for (const other of used) if (unit(other) !== unit(file)) others.add(unit(other));
    graph.set(unit(file), others);
  }
  const done = new Set();
  for (const start of graph.keys()) yield* circlesFrom(start, [], graph, done);
}

function* circlesFrom(unit, path, graph, done) {
  const from = path.indexOf(unit);
  if (from >= 0) yield `these need each other: ${[...path.slice(from), unit].join(' → ')}`;
  if (from >= 0 || done.has(unit)) return;
  for (const other of graph.get(unit) ?? []) yield* circlesFrom(other, [...path, unit], graph, done);
  done.add(unit);
}
