// Checks that every command line in a README is run: here, or by a part of tests/run. A command that this file does not
// know fails, so that each new one gets its test. Checks that every link leads to a file, and to a heading of it.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

// A reader's folder: definitions, events, and the program where npm puts it.
const folder = mkdtempSync(join(tmpdir(), 'tripline-readme-'));
after(() => rmSync(folder, { recursive: true }));
copyFileSync(join(root, 'tests/samples/ecom_bundle.json'), join(folder, 'definitions.json'));
copyFileSync(join(root, 'tests/samples/enriched.ndjson'), join(folder, 'events.ndjson'));
mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
symlinkSync(join(root, 'js/dist/cli/tripline.js'), join(folder, 'node_modules/.bin/tripline'));

const inFolder = (command) => assert.equal(bash(command, folder), 0);
const inRepository = (command) => assert.equal(bash(`PATH=$PWD/.build/native/bin:$PATH; ${command}`, root), 0);
/** For a command that a part of tests/run runs; checks that the part exists. */
const byPart = (part) => () =>
  assert.match(readFileSync(join(root, 'tests/run'), 'utf8'), new RegExp(`^part_${part}\\(\\)`, 'm'));
/** For a command that no test runs, for the reason beside it; checks that its program exists. */
const notRun = (command) => assert.ok(existsSync(join(root, command.replace(/^node /, '').split(' ')[0])));

const runners = [
  [/^npx tripline /, inFolder],
  [/^\.build\/native\/bin\/tripline-tests /, inRepository],
  [/^node --test-name-pattern .* tests\/conformance\/run-node\.mjs$/, inRepository],
  [/^node tests\/conformance\/run-node\.mjs$/, byPart('conformance')],
  [/^tripline-oracle random --seed \d+ --steps 1$/, inRepository],
  [/^tripline-oracle random --steps 1000000$/, byPart('oracle_full')],
  [/^tripline-oracle exhaustive --length 4$/, byPart('oracle_full')],
  [/^tripline-oracle record --steps 5000 --seed 1 \| node tests\/oracle\/replay\.mjs$/, byPart('oracle')],
  [/^tripline-oracle run case\.json$/, () => {}], // needs a case that failed
  [/^demo-shop\/start( --port 0)?$/, byPart('e2e')],
  [/^demo-shop\/sandbox\/start( --|$)/, byPart('sandbox')],
  [/^node --test --test-name-pattern 'name' tests\/sandbox\//, byPart('sandbox')],
  [/^node tests\/bench\/sandbox\/load\.mjs/, notRun], // measures for a minute
  [/^python3 -m venv signals && signals\/bin\/pip install snowplow-signals$/, byPart('clients')],
  [/^npm --prefix js (run types|test)/, byPart('js')],
  [/^npm install tripline$/, () => {}], // not published yet; tests/js/package.test.ts installs what would be
  [/^npm --prefix tests\/e2e test/, byPart('e2e')],
  [/^\.setup\/build fuzz$/, byPart('fuzz')],
  [/^mkdir -p \.build\//, inRepository],
  [/^\.setup\/build( (native|wasm|js|shop))*$/, byPart('native')], // tests/run does this first
  [
    /^cmake -S \. -B build -DTRIPLINE_BUILD_TESTS=OFF && cmake --build build && sudo cmake --install build$/,
    byPart('install'),
  ],
  [/^\.build\/fuzz\/bin\/fuzz-(rlike|events) /, byPart('fuzz')],
  [/^\.build\/fuzz\/bin\/fuzz-make-corpus /, byPart('fuzz')],
  [/^tests\/run( |$)/, notRun], // would run this test again
  [/^tests\/bench\/run( |$)/, notRun], // measures for minutes
];

for (const readme of readmes()) {
  for (const command of commandsOf(readme)) {
    test(`${readme}: ${command}`, () => {
      const [, run] = runners.find(([pattern]) => pattern.test(command)) ?? [];
      assert.ok(run, 'nobody runs this command: see the list in tests/readme.test.mjs');
      run(command);
    });
  }
}

for (const file of documents()) {
  test(`${file}: its links lead to files and headings`, () => {
    for (const link of linksOf(file)) {
      const [path, heading] = link.split('#');
      const target = path === '' ? file : join(dirname(file), path);
      assert.ok(existsSync(join(root, target)), `${link}: there is no ${target}`);
      if (heading) assert.ok(headingsOf(target).includes(heading), `${link}: ${target} has no such heading`);
    }
  });
}

test('the README of the package has at most 150 lines', () => {
  assert.ok(readFileSync(join(root, 'js/README.md'), 'utf8').split('\n').length <= 151);
});

function documents() {
  return execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
}

function readmes() {
  return documents().filter((file) => commandsOf(file).length > 0);
}

/** Returns the addresses of the links that are relative, outside of code. */
function linksOf(file) {
  const text = withoutCode(readFileSync(join(root, file), 'utf8')).replaceAll(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^[a-z]+:/.test(link));
}

/** Returns the names by which links lead to a file's headings. */
function headingsOf(file) {
  const text = withoutCode(readFileSync(join(root, file), 'utf8'));
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(text) {
  return text.replaceAll(/^ *```.*?^ *```/gms, '');
}

/** Returns the lines of ```sh blocks, without comments. Joins a line that ends in \ with the next one. */
function commandsOf(file) {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^ *```sh\n(.*?)^ *```/gms)].flatMap(([, block]) =>
    block
      .replaceAll(/\s+#.*$/gm, '')
      .replaceAll(/\s*\\\n\s*/g, ' ')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
}

function bash(command, cwd) {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { cwd, encoding: 'utf8' });
  if (status !== 0) console.error(stdout + stderr);
  return status;
}
