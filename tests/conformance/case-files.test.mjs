// Validates every case file against schema.json, and its rule numbers against core/docs/semantics.md.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { readCaseFiles } from './case-files.mjs';

const schema = JSON.parse(readFileSync(new URL('schema.json', import.meta.url), 'utf8'));
const isCaseFile = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false }).compile(
  schema,
);

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

// core/docs/semantics.md has a section for each rule: `### NUMBER. TITLE`, its text, and `Pinned by: FILE, FILE` (without .json).
const semantics = readFileSync(new URL('../../core/docs/semantics.md', import.meta.url), 'utf8');
const sections = semantics.split(/^### /m).slice(1);
const pinnedBy = new Map(sections.map((section) => [parseInt(section, 10), /^Pinned by: (.*)$/m.exec(section)?.[1]]));

test('core/docs/semantics.md numbers its rules without a gap', () => {
  assert.ok(pinnedBy.size >= 39);
  assert.deepEqual(
    [...pinnedBy.keys()],
    Array.from(sections, (_, i) => i + 1),
  );
});

/** Returns the rules that a case pins: its name begins with `rule N: ` or `rules N and M: `. */
function rulesOf({ name }) {
  const [, rule, first, second] = /^(?:rule (\d+)|rules (\d+) and (\d+)): /.exec(name) ?? [];
  return [rule, first, second].filter((each) => each !== undefined).map(Number);
}

for (const { name, content } of readCaseFiles()) {
  test(`every case of ${name} begins with a rule of core/docs/semantics.md`, () => {
    for (const each of content.tests) {
      const rules = rulesOf(each);
      assert.notEqual(rules.length, 0, `"${each.name}" does not begin with "rule N: " or "rules N and M: "`);
      for (const rule of rules) assert.ok(pinnedBy.has(rule), `there is no rule ${rule} for "${each.name}"`);
    }
  });
}

for (const [rule, files] of pinnedBy) {
  test(`rule ${rule} is pinned by cases, in the files that core/docs/semantics.md names`, () => {
    const found = readCaseFiles()
      .filter(({ content }) => content.tests.some((each) => rulesOf(each).includes(rule)))
      .map(({ name }) => name.replace(/\.json$/, ''));
    assert.notEqual(found.length, 0);
    assert.equal(files, found.sort().join(', '));
  });
}
