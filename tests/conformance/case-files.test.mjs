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
