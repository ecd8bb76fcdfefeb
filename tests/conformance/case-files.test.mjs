// Holds every case file against schema.json.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { readCaseFiles } from './case-files.mjs';

const schema = JSON.parse(readFileSync(new URL('schema.json', import.meta.url), 'utf8'));
const isCaseFile = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false }).compile(schema);

for (const { name, content } of readCaseFiles()) {
  test(`${name} is a case file`, () => {
    assert.ok(isCaseFile(content), JSON.stringify(isCaseFile.errors, null, 2));
  });

  test(`${name} names each test once`, () => {
    const names = content.tests.map((each) => each.name);
    assert.deepEqual(names, [...new Set(names)]);
  });

  test(`${name} gives each test definitions`, () => {
    for (const each of content.tests) {
      assert.notEqual(each.definitions ?? content.definitions, undefined, `"${each.name}" has no definitions`);
    }
  });
}

// core/docs/semantics.md has a row for each rule: `| number | text | files without .json |`.
const semantics = readFileSync(new URL('../../core/docs/semantics.md', import.meta.url), 'utf8');
const pinnedBy = new Map([...semantics.matchAll(/^\| (\d+) \| .* \| ([^|]*) \|$/gm)].map(([, rule, files]) => [rule, files]));

test('every rule from 1 to 28 has a row in core/docs/semantics.md', () => {
  assert.deepEqual([...pinnedBy.keys()], Array.from({ length: 28 }, (_, i) => String(i + 1)));
});

for (const [rule, files] of pinnedBy) {
  test(`rule ${rule} is pinned by cases, in the files that core/docs/semantics.md names`, () => {
    const found = readCaseFiles()
      .filter(({ content }) => content.tests.some((each) => each.name.startsWith(`rule ${rule}:`)))
      .map(({ name }) => name.replace(/\.json$/, ''));
    assert.notEqual(found.length, 0);
    assert.equal(files, found.sort().join(', '));
  });
}
