// Runs the program `tripline` as a user does: output, messages and exit status. TRIPLINE_PROGRAM names another one than
// the native program, which must do the same: js/dist/cli/tripline.js, which `npx tripline` runs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const tree = process.env.TRIPLINE_BUILD_TREE ?? '.build/native';
const program = fileURLToPath(new URL(`../${process.env.TRIPLINE_PROGRAM ?? `${tree}/bin/tripline`}`, import.meta.url));
const isForNode = program.endsWith('.js');
const samples = fileURLToPath(new URL('samples/', import.meta.url));
const bundle = join(samples, 'ecom_bundle.json');
const events = join(samples, 'enriched.ndjson');
const folder = mkdtempSync(join(tmpdir(), 'tripline-'));
after(() => rmSync(folder, { recursive: true }));

const user = '9c6d7a65-d4ec-465f-8cdf-ffbfe939e772';

test('check prints nothing for the tutorial definitions', () => {
  assert.deepEqual(run('check', bundle), { status: 0, out: '', err: '' });
});

test('check reads standard input, unless the events come from there', () => {
  assert.equal(run({ input: readFileSync(bundle) }, 'check', '-').status, 0);
  assert.match(run({ input: '{' }, 'check', '-').err, /^-: : this is not JSON/);
  assert.equal(run({ input: readFileSync(bundle) }, 'attributes', '--definitions', '-', events).status, 0);
  assert.equal(run({ input: '' }, 'attributes', '--definitions', '-', '-').status, 2);
});

test('check prints a line for each error, with file and JSON Pointer', () => {
  const wrong = JSON.parse(readFileSync(bundle, 'utf8'));
  wrong.interventions[0].criteria.attribute = 'ecom_attributes:count_add_to_card';
  wrong.attribute_groups[0].attributes[0].type = 'int23';
  const file = write('wrong.json', JSON.stringify(wrong));
  const { status, out, err } = run('check', file);
  assert.equal(status, 1);
  assert.equal(out, '');
  const lines = err.trimEnd().split('\n');
  assert.equal(lines.length, 2, err);
  assert.match(lines.join('\n'), /wrong\.json: \/attribute_groups\/0\/attributes\/0\/type: .*int32/);
  assert.match(
    lines.join('\n'),
    /wrong\.json: \/interventions\/0\/criteria\/attribute: .*'ecom_attributes:count_add_to_cart'/,
  );
});

test('check warns, in one line, if unpublished objects stand beside published ones', () => {
  const mixed = JSON.parse(readFileSync(bundle, 'utf8'));
  for (const intervention of mixed.interventions.slice(1)) intervention.is_published = false;
  const { status, err } = run('check', write('mixed.json', JSON.stringify(mixed)));
  assert.equal(status, 0);
  const names = mixed.interventions.slice(1).map(({ name, version }) => `interventions '${name}' version ${version}`);
  assert.match(err, /^\S*mixed\.json: : [^\n]*'is_published' is false[^\n]*\n$/);
  assert.ok(err.includes(names.join(', ')), err);
  for (const intervention of mixed.interventions) delete intervention.is_published;
  assert.deepEqual(run('check', write('unsaid.json', JSON.stringify(mixed))), { status: 0, out: '', err: '' });
});

/** Runs `tripline build`, and returns the lines that it prints and the file that it names. */
function build(...args) {
  const { status, out, err } = run('build', ...args);
  assert.equal(status, 0, err);
  const [path, ...summary] = out.trimEnd().split('\n');
  return { path, summary, bytes: readFileSync(path), err };
}

function manifest(dist, name) {
  return JSON.parse(readFileSync(join(dist, `${name}.manifest.json`), 'utf8'));
}

test('build writes the program under a name that changes with it, and prints what it needs', () => {
  const dist = join(folder, 'site', 'dist');
  const { path, summary, bytes, err } = build(bundle, '--out', dist);
  assert.match(path, /\/site\/dist\/ecom_bundle\.[0-9a-f]{32}\.tripline$/);
  assert.equal(dirname(path), dist);
  assert.equal(bytes.subarray(0, 4).toString(), 'TPLP');
  assert.match(err, /^\S*ecom_bundle\.json: \/services\/0: warning: [^\n]*'ecom_attributes'[^\n]*\n$/);
  assert.deepEqual(summary.slice(0, 5), [
    `  manifest: ${dist}/ecom_bundle.manifest.json`,
    `  size: ${bytes.length} bytes`,
    '  inputs: 6',
    '    event_vendor',
    '    domain_userid',
  ]);
  assert.match(summary.at(-1), /^ {2}state of a visitor: 2\d\d bytes after one event, 3\d\d at most$/);
  assert.deepEqual(readdirSync(dist), [basename(path), 'ecom_bundle.manifest.json']);
  assert.equal(manifest(dist, 'ecom_bundle').definitions, basename(path));

  const again = build(`--out=${dist}/`, bundle);
  assert.equal(join(again.path), path);
  assert.deepEqual(again.bytes, bytes);
  const changed = readFileSync(bundle, 'utf8').replace('"discount"', '"rebate"');
  const other = build('--out', dist, write('ecom_bundle.json', changed));
  assert.notEqual(other.path, path);
  assert.equal(readdirSync(dist).length, 3);
  assert.equal(manifest(dist, 'ecom_bundle').definitions, basename(other.path));
});

test('build names what is read from standard input, prints warnings, and writes nothing if there are errors', () => {
  const dist = join(folder, 'errors');
  assert.match(run({ input: '{"attribute_keys": 1}' }, 'build', '-', '--out', dist).err, /^-: \/attribute_keys: /);
  assert.ok(!existsSync(dist));
  const { status, out, err } = run({ input: '{"surprise": 1}' }, 'build', '-', '--out', dist);
  assert.equal(status, 0);
  assert.match(out, /\/errors\/definitions\.[0-9a-f]{32}\.tripline\n/);
  assert.match(err, /^-: \/surprise: warning: /);
});

test('build without a folder is wrong usage, and a folder that cannot be written is an error', () => {
  assert.match(run('build', bundle).err, /^tripline: build: --out DIR is needed\n/);
  assert.equal(run('build', bundle).status, 2);
  const file = write('a-file', '');
  const { status, out, err } = run('build', bundle, '--out', file);
  assert.deepEqual({ status, out }, { status: 1, out: '' });
  assert.match(err, /^tripline: \S*a-file\/ecom_bundle\.[0-9a-f]{32}\.tripline: Not a directory\n$/m);
});

test('build makes one program of several files, in which equal objects count once', () => {
  const { attribute_keys, attribute_groups, services, interventions } = JSON.parse(readFileSync(bundle, 'utf8'));
  const [first, ...rest] = interventions;
  const files = [
    write('groups.json', JSON.stringify({ attribute_keys, attribute_groups, services })),
    write('first.json', JSON.stringify({ attribute_groups, interventions: [first] })),
    write('rest.json', JSON.stringify({ interventions: rest })),
  ];
  const dist = join(folder, 'merged');
  const merged = build(...files, '--out', dist, '--name', 'site');
  assert.match(merged.path, /\/merged\/site\.[0-9a-f]{32}\.tripline$/);
  assert.match(merged.err, /^\S*groups\.json: \/services\/0: warning: [^\n]*\n$/);
  assert.deepEqual(
    run('preview', '--definitions', merged.path, events),
    run('preview', '--definitions', bundle, events),
  );
  // The same order gives the same bytes, whichever file an object is in; standard input is a file, too.
  const again = { input: readFileSync(files[2]) };
  const { out } = run(again, 'build', files[0], files[1], '-', '--out', dist, '--name', 'site');
  assert.equal(out.split('\n')[0], merged.path);
});

test('build merges event logs, and diff names those that changed', () => {
  const log = (name, max_events) => ({
    name,
    attribute_key: { name: 'domain_sessionid' },
    max_events,
    max_age_seconds: 600,
    events: [{ event: { name: 'page_view' }, properties: [{ type: 'atomic', name: 'page_url' }] }],
  });
  const [one, two] = [log('one', 5), log('two', 5)].map((each) =>
    write(`${each.name}.json`, JSON.stringify({ event_logs: [each] })),
  );
  const { bytes } = build(one, two, '--out', join(folder, 'logs'), '--format', 'json');
  assert.deepEqual(
    JSON.parse(bytes).event_logs.map(({ name }) => name),
    ['one', 'two'],
  );
  const longer = write('longer.json', JSON.stringify({ event_logs: [log('one', 9)] }));
  assert.equal(run('diff', one, longer).out, "~ event log 'one'\n    /max_events: 5 -> 9\n");
});

test('build warns of the event logs and services that a compiled program lacks', () => {
  const log = (name) => ({
    name,
    attribute_key: { name: 'domain_sessionid' },
    max_events: 5,
    max_age_seconds: 600,
    events: [{ event: { name: 'page_view' }, properties: [{ type: 'atomic', name: 'page_url' }] }],
  });
  const attributes = [{ name: 'n', type: 'int32', aggregation: 'counter' }];
  const first = write(
    'left-out-1.json',
    JSON.stringify({
      attribute_groups: [{ name: 'g', attribute_key: { name: 'user_id' }, attributes }],
      services: [
        { name: 'draft', attribute_groups: [{ name: 'g' }], is_published: false },
        { name: 'shop', attribute_groups: [{ name: 'g' }] },
      ],
      event_logs: [log('recent')],
    }),
  );
  const second = write('left-out-2.json', JSON.stringify({ event_logs: [log('recent'), log('other')] }));
  const out = join(folder, 'left-out');
  const warnings = (...args) => {
    const { status, err } = run('build', '--out', out, ...args);
    assert.equal(status, 0, err);
    return err
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        assert.match(line, /: warning: .* cannot read .* as JSON$/);
        return line.replace(
          /.*(left-out-\d).json: (\S+): warning: .* the (event log|service) '(\w+)'.*/,
          '$1 $2 $3 $4',
        );
      });
  };
  assert.deepEqual(warnings(first), [
    'left-out-1 /event_logs/0 event log recent',
    'left-out-1 /services/0 service draft',
    'left-out-1 /services/1 service shop',
  ]);
  assert.deepEqual(warnings('--published-only', first, second), [
    'left-out-1 /event_logs/0 event log recent',
    'left-out-2 /event_logs/1 event log other',
    'left-out-1 /services/1 service shop',
  ]);
  assert.deepEqual(warnings('--format', 'json', first), []);
  const third = write('left-out-3.json', JSON.stringify({ services: null, event_logs: [log('recent')] }));
  assert.deepEqual(warnings(third), ['left-out-3 /event_logs/0 event log recent']);
  assert.deepEqual(warnings(third, second).length, 2);
});

test('build names the file and the place in it of each mistake', () => {
  const dist = join(folder, 'mistakes');
  const one = changed('one.json', (definitions) => void (definitions.interventions[0].owner = 5));
  const twice = write(
    'twice.json',
    JSON.stringify({
      surprise: 1,
      interventions: [
        JSON.parse(readFileSync(bundle, 'utf8')).interventions[1],
        { name: 'x', criteria: { attribute: 'nothing:here', operator: '=', value: 1 } },
        { ...JSON.parse(readFileSync(bundle, 'utf8')).interventions[2], description: 'other words' },
      ],
    }),
  );
  const { status, out, err } = run('build', bundle, twice, '--out', dist);
  assert.deepEqual([status, out], [1, '']);
  assert.match(err, /^\S*twice\.json: \/surprise: warning: /m);
  assert.match(err, /^\S*twice\.json: \/interventions\/1\/criteria\/attribute: /m);
  assert.match(err, /^\S*twice\.json: \/interventions\/2\S*: .*twice/m);
  assert.doesNotMatch(err, /interventions\/0/);
  assert.ok(!existsSync(dist));

  const broken = write('broken.json', '{');
  const list = write('list.json', '{"interventions": 5}');
  const missing = join(folder, 'missing.json');
  const all = run('build', broken, list, missing, one, '--out', dist);
  assert.equal(all.status, 1);
  assert.match(all.err, /broken\.json: : this is not JSON/);
  assert.match(all.err, /list\.json: \/interventions: /);
  assert.match(all.err, /missing\.json: No such file/);
  const { path } = build(bundle, '--out', folder);
  assert.match(
    run('build', path, bundle, '--out', dist).err,
    /: a built program; give the JSON that it was built of\n$/,
  );
  for (const args of [[], ['-', '-'], [bundle, '--format', 'xml']]) {
    assert.equal(run({ input: '{}' }, 'build', '--out', dist, ...args).status, 2, args.join(' '));
  }
});

test('build --published-only leaves out what is not published', () => {
  const mixed = changed('published.json', (definitions) => {
    definitions.interventions.forEach((each, index) => (each.is_published = index > 0));
    delete definitions.interventions[2].is_published;
  });
  const dist = join(folder, 'published');
  const names = (...args) => {
    const { out } = run('preview', '--json', '--definitions', build(mixed, '--out', dist, ...args).path, events);
    return JSON.parse(out).map(({ name }) => name);
  };
  assert.deepEqual(names(), ['cart_abandonment', 'discount', 'free_shipping']);
  assert.deepEqual(names('--published-only'), ['discount', 'free_shipping']);
});

test('build --format json writes what forPages returns, and --json reports as JSON', async () => {
  const { forPages } = await import('../js/dist/define.js');
  const definitions = changed('full.json', (definitions) => {
    definitions.attribute_keys = [{ name: 'account', external_column: 'SECRET_COLUMN', description: 'a key' }];
    definitions.attribute_groups.push({
      name: 'warehouse',
      version: 1,
      owner: 'someone@example.com',
      attribute_key: { name: 'account' },
      fields: [{ name: 'tier', type: 'string', description: 'a field' }],
      batch_source: { name: 's', table: 'SECRET_TABLE', database: 'd', schema: 's' },
    });
  });
  const dist = join(folder, 'json');
  const { path } = build(definitions, '--out', dist, '--format=json');
  assert.match(path, /\/full\.[0-9a-f]{32}\.json$/);
  const written = readFileSync(path, 'utf8');
  assert.deepEqual(JSON.parse(written), forPages(JSON.parse(readFileSync(definitions, 'utf8'))));
  assert.doesNotMatch(written, /SECRET|owner|description/);
  assert.deepEqual(manifest(dist, 'full').definitions, basename(path));
  assert.deepEqual(
    run('attributes', '--definitions', path, events),
    run('attributes', '--definitions', bundle, events),
  );

  const report = JSON.parse(run('build', '--json', definitions, '--out', dist, '--format', 'json').out);
  assert.equal(report.file, path);
  assert.equal(report.manifest, join(dist, 'full.manifest.json'));
  assert.equal(report.bytes, Buffer.byteLength(written));
  assert.deepEqual(report.inputs.slice(0, 2), ['event_vendor', 'domain_userid']);
  assert.ok(report.state.first > 0 && report.state.most >= report.state.first);
});

test('every command takes a program in place of definitions, and prints the same', () => {
  const { path } = build(bundle, '--out', folder);
  assert.deepEqual(run('check', path), { status: 0, out: '', err: '' });
  for (const command of ['replay', 'attributes', 'preview']) {
    assert.deepEqual(run(command, '--definitions', path, events), run(command, '--definitions', bundle, events));
  }
  const damaged = readFileSync(path);
  damaged[300] ^= 1;
  assert.match(
    run('check', write('damaged.tripline', damaged)).err,
    /: the program is damaged: run 'tripline build' again\n$/,
  );
});

test('explain names an unknown intervention or key, and the nearest known one', () => {
  const explain = (intervention, key) =>
    run('explain', '--definitions', bundle, '--intervention', intervention, '--key', key, '--id', user, events);
  assert.deepEqual(explain('discuont', 'user_id'), {
    status: 1,
    out: '',
    err: "tripline: the definitions have no intervention 'discuont'; did you mean 'discount'?\n",
  });
  assert.match(
    explain('discount', 'domain_user_id').err,
    /^tripline: the definitions have no attribute key 'domain_user_id'; did you mean 'domain_userid'\?\n$/,
  );
  assert.equal(explain('nothing', 'nobody').err.trimEnd().split('\n').length, 2);
});

test('explain before the first event has no time', () => {
  const { out } = run(
    { input: '' },
    'explain',
    '--definitions',
    bundle,
    '--intervention',
    'discount',
    '--key',
    'user_id',
    '--id',
    'x',
    '-',
  );
  assert.equal(JSON.parse(out).at, null);
});

test('replay prints a JSON line for each intervention and target, in event order', () => {
  const { status, out } = run('replay', '--definitions', bundle, events);
  assert.equal(status, 0);
  const triggered = lines(out);
  assert.deepEqual(
    triggered.map(({ name, target_attribute_key }) => [name, target_attribute_key.name]),
    [
      ['cart_abandonment', 'user_id'],
      ['cart_abandonment', 'domain_userid'],
    ],
  );
  assert.equal(triggered[0].intervention_id, triggered[1].intervention_id);
  assert.equal(triggered[0].triggered_at, '2026-11-23T01:41:24.588Z');
});

test('replay reads standard input', () => {
  const { status, out } = run({ input: readFileSync(events) }, 'replay', '--definitions', bundle, '-');
  assert.equal(status, 0);
  assert.equal(lines(out).length, 2);
});

test('attributes prints each profile, with null for missing values', () => {
  const { status, out } = run('attributes', '--definitions', bundle, events);
  assert.equal(status, 0);
  assert.deepEqual(lines(out), [
    {
      attribute_key: { name: 'domain_userid', id: user },
      attributes: { ecom_attributes: { count_product_views: 1, count_add_to_cart: 1, total_cart_value: 24.49 } },
    },
  ]);
});

test('preview counts targets, as a table or as JSON', () => {
  const table = run('preview', '--definitions', bundle, events);
  assert.equal(table.status, 0);
  assert.match(table.out, /^cart_abandonment +1 +2 +2 +100\.0%$/m);
  const { out } = run('preview', '--json', '--definitions', bundle, events);
  assert.deepEqual(JSON.parse(out)[0], { name: 'cart_abandonment', version: 1, targets: 2, seen: 2 });
});

test('explain shows each leaf with its value, and why nothing was sent', () => {
  const { status, out } = run(
    'explain',
    '--definitions',
    bundle,
    '--intervention',
    'discount',
    '--key',
    'domain_userid',
    '--id',
    user,
    events,
  );
  assert.equal(status, 0);
  const explanation = JSON.parse(out);
  assert.deepEqual(explanation.criteria, {
    attribute: 'ecom_attributes:count_product_views',
    group_version: 1,
    operator: '>',
    value: 3,
    current: 1,
    holds: false,
  });
  assert.match(explanation.why, /do not hold/);
});

test('a malformed line is reported with its number and skipped', () => {
  const file = write('events.ndjson', `{"broken\n${readFileSync(events, 'utf8')}[1]\n`);
  const { status, out, err } = run('replay', '--definitions', bundle, file);
  assert.equal(status, 1);
  assert.equal(lines(out).length, 2);
  assert.match(err, /events\.ndjson:1: skipped: /);
  assert.match(err, /events\.ndjson:16: skipped: an event is a JSON object/);
  assert.match(err, /events\.ndjson: 2 of 16 lines were skipped\n$/);
});

// ---- times in files (rule 10) ------------------------------------------------------------------

const timed = JSON.stringify({
  attribute_groups: [
    {
      name: 'g',
      attribute_key: { name: 'user_id' },
      attributes: [
        { name: 'events', type: 'int32', aggregation: 'counter' },
        { name: 'hour', type: 'int32', aggregation: 'counter', period: 'PT1H' },
        { name: 'last', type: 'string', aggregation: 'last', property: { type: 'atomic', name: 'derived_tstamp' } },
        { name: 'linked', type: 'string', aggregation: 'last', property: { type: 'atomic', name: 'refr_dvce_tstamp' } },
      ],
    },
  ],
});

/** Returns the attributes of user u after these events, one object each, and the messages about their lines. */
function readAfter(...events) {
  const definitions = write('timed.json', timed);
  const file = write(
    'timed.ndjson',
    events.map((event) => (typeof event === 'string' ? event : JSON.stringify({ user_id: 'u', ...event }))).join('\n'),
  );
  const { status, out, err } = run('attributes', '--definitions', definitions, file);
  return { status, err, read: out === '' ? undefined : lines(out)[0].attributes.g };
}

test('rule 10: times in the forms that warehouses and Spark print', () => {
  const forms = [
    '2026-01-05T10:00:00.123Z',
    '2026-01-05t10:00:00.123z',
    '2026-01-05 10:00:00.123',
    '2026-01-05 10:00:00.123 UTC',
    '2026-01-05 10:00:00.123456 UTC',
    '2026-01-05 10:00:00.123+00',
    '2026-01-05 11:00:00.123456789 +0100',
    '2026-01-05T04:30:00.123-05:30',
    '2026-01-05 10:00:00.123 Z',
  ];
  for (const form of forms) {
    for (const field of ['derived_tstamp', 'true_tstamp', 'dvce_created_tstamp', 'collector_tstamp']) {
      const { status, err, read } = readAfter({ event_id: 'a', [field]: form, refr_dvce_tstamp: form });
      assert.deepEqual(
        { status, err, linked: read.linked },
        { status: 0, err: '', linked: '2026-01-05T10:00:00.123Z' },
        form,
      );
      // The second event is exactly an hour after the first, so the window of an hour holds one event.
      assert.equal(
        readAfter({ event_id: 'a', [field]: form }, { event_id: 'b', derived_tstamp: '2026-01-05T11:00:00.123Z' }).read
          .hour,
        1,
        form,
      );
      assert.equal(
        readAfter({ event_id: 'a', [field]: form }, { event_id: 'b', derived_tstamp: '2026-01-05T11:00:00.122Z' }).read
          .hour,
        2,
        form,
      );
    }
  }
  assert.equal(readAfter({ derived_tstamp: '2026-01-05' }).read.last, '2026-01-05T00:00:00.000Z');
  assert.equal(readAfter({ derived_tstamp: null, true_tstamp: '2026-01-05' }).status, 0);
});

test('rule 10: a line whose time cannot be read is reported and skipped, not timed by another field or by the clock', () => {
  const good = { event_id: 'good', derived_tstamp: '2026-01-05T10:00:00Z' };
  const unreadable = [
    'soon',
    '',
    '2026-01-05T10',
    1767607200000,
    -1,
    true,
    {},
    [],
    ['2026-01-05T10:00:00Z'],
    '2026-02-30',
    '2026-01-05 10:00:00 CET',
    '275760-09-13T00:00:00.001Z',
    '999999-12-31T00:00:00Z',
    '-271821-04-19T23:59:59.999Z',
    '1767607200000',
    'Mon, 05 Jan 2026 10:00:00 GMT',
  ];
  for (const time of unreadable) {
    for (const field of [
      'derived_tstamp',
      'true_tstamp',
      'dvce_created_tstamp',
      'collector_tstamp',
      'refr_dvce_tstamp',
    ]) {
      const other = field === 'derived_tstamp' ? 'collector_tstamp' : 'derived_tstamp';
      const { status, err, read } = readAfter(
        good,
        { event_id: 'b', [field]: time, [other]: '2026-01-05T10:00:00Z' },
        { event_id: 'c' },
      );
      const what = `${field}: ${JSON.stringify(time)}`;
      assert.equal(status, 1, what);
      assert.match(err, new RegExp(`timed\\.ndjson:2: skipped: '${field}' .*2026-11-23T01:41:24\\.367Z`), what);
      assert.equal(read.events, 2, what);
    }
  }
  // No definition reads this field, and it is never the time of an event.
  assert.equal(readAfter({ ...good, dvce_sent_tstamp: 'soon' }).status, 0);
});

test('rule 10: the message about an unreadable time is short, and has no control characters', () => {
  const { err } = readAfter({ derived_tstamp: `\u001b[2J\u009b2J\n${'x'.repeat(1000)}` });
  assert.ok(err.split('\n')[0].length < 300, err);
  assert.doesNotMatch(err.replaceAll('\n', ''), /[\x00-\x1f\x7f-\x9f]/);
});

// ---- JSON that is not an event -----------------------------------------------------------------

test('a line of JSON that is not an event is reported with a likely cause', () => {
  const event = { event_id: 'e1', event_name: 'page_view', user_id: 'u', derived_tstamp: '2026-01-05T10:00:00.000Z' };
  const upper = Object.fromEntries(Object.entries(event).map(([name, value]) => [name.toUpperCase(), value]));
  const payload = { e: 'pv', eid: 'e1', uid: 'u', dtm: '1767607200000', p: 'web', tv: 'js-4.10.1' };
  const schema = (vendor, name) => `iglu:${vendor}/${name}/jsonschema/1-0-4`;
  const cases = [
    [{ event }, /in 'event'.*jq -c '\.event'/],
    [{ user_id: 'u', event }, /in 'event'.*jq -c '\.event'/],
    [{ data: event, offset: 7 }, /in 'data'.*jq -c '\.data'/],
    [{ value: upper }, /in 'value'/],
    [{ _source: event }, /in '_source'/],
    [{ 'my event': event }, /in 'my event'.*jq -c '\.\["my event"\]'/],
    [{ event: JSON.stringify(event) }, /a string in 'event'.*jq -c '\.event \| fromjson'/],
    [{ payload: JSON.stringify(event) }, /a string in 'payload'/],
    [{ rows: [event] }, /an array in 'rows'.*jq -c '\.rows\[\]'/],
    [[event, event], /an array.*jq -c '\.\[\]'/],
    [[], /an array/],
    [upper, /upper case.*jq -c 'with_entries\(\.key \|= ascii_downcase\)'/],
    [{ eventId: 'e1', userId: 'u' }, /'eventId'.*'event_id'/],
    [payload, /tracker/],
    [{ schema: schema('com.snowplowanalytics.snowplow', 'payload_data'), data: [payload] }, /payload_data.*tracker/],
    [{ schema: schema('com.snowplowanalytics.snowplow.badrows', 'schema_violations'), data: {} }, /failed event/],
    [{ schema: schema('com.acme', 'checkout'), data: { step: 1 } }, /self-describing/],
    [{ attribute_key: { name: 'user_id', id: 'u' }, group: 'g', attributes: {} }, /"type": "attributes"/],
    [{}, /no field of an event/],
    [{ a: 1 }, /no field of an event/],
    [{ type: 'track', event: 'Order Completed', properties: {} }, /no field of an event/],
    ['7', /JSON object/],
    ['"event"', /JSON object/],
    ['null', /JSON object/],
    [`${Array.from({ length: 131 }, (_, column) => `c${column}`).join('\t')}`, /TSV/],
    ['{', /one line/],
    ['[', /array.*jq -c '\.\[\]'/],
    ['\ufeff', /not JSON/],
  ];
  for (const [line, guess] of cases) {
    const text = typeof line === 'string' ? line : JSON.stringify(line);
    const { status, err, read } = readAfter(text, event);
    assert.equal(status, 1, text);
    assert.match(err, /timed\.ndjson:1: skipped: /, text);
    assert.match(err, guess, text);
    assert.equal(read.events, 1, text);
  }
});

test('an event may lack any field', () => {
  for (const event of [
    { event_id: 'e1' },
    { user_id: 'u' },
    { collector_tstamp: '2026-01-05' },
    { app_id: null, platform: 'web' },
    { contexts_acme_item_1: [] },
    { unstruct_event_acme_probe_1: { a: 1 } },
    { page_url: 'x', schema: 'y', data: 'z' },
  ]) {
    const { status, err } = readAfter(JSON.stringify(event));
    assert.deepEqual({ status, err }, { status: 0, err: '' }, JSON.stringify(event));
  }
});

// ---- types of atomic fields (rule 2) -----------------------------------------------------------

/** Returns definitions with one group, keyed by user_id. */
const groupOf = (...attributes) =>
  JSON.stringify({
    attribute_groups: [{ name: 'g', attribute_key: { name: 'user_id' }, attributes }],
  });
const atomicField = (name) => ({ type: 'atomic', name });
const countWhere = (counter, name, operator, value) => ({
  name: counter,
  type: 'int32',
  aggregation: 'counter',
  criteria: { all: [{ property: atomicField(name), operator, value }] },
});

test('rule 2: numbers and booleans written as strings count, and so do ids written as numbers', () => {
  const definitions = write(
    'typed.json',
    groupOf(
      { name: 'spent', type: 'double', aggregation: 'sum', property: atomicField('se_value') },
      { name: 'cookies', type: 'bool', aggregation: 'last', property: atomicField('br_cookies') },
      { name: 'app', type: 'string', aggregation: 'last', property: atomicField('app_id') },
      countWhere('n1', 'domain_sessionidx', '>', 2),
    ),
  );
  const event = {
    event_name: 'event',
    user_id: '7',
    derived_tstamp: '2026-01-05 10:00:00',
    se_value: '12.5',
    br_cookies: '1',
    app_id: 5,
    domain_sessionidx: '5',
  };
  const file = write(
    'typed.ndjson',
    [
      { ...event, event_id: 'e1' },
      { ...event, event_id: 2, user_id: 7, se_value: 0.5, br_cookies: 'false', app_id: 'shop', domain_sessionidx: 2 },
      { ...event, event_id: 3, se_value: '1,5', br_cookies: 'yes', app_id: [1], domain_sessionidx: '03' },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n'),
  );
  const { status, err, out } = run('attributes', '--definitions', definitions, file);
  assert.deepEqual({ status, err }, { status: 0, err: '' });
  assert.deepEqual(lines(out), [
    {
      attribute_key: { name: 'user_id', id: '7' },
      attributes: { g: { spent: 13, cookies: false, app: 'shop', n1: 1 } },
    },
  ]);
});

test('rules 8 and 10: a filter that can never match is refused, and times compare as instants', () => {
  const definitions = write(
    'filters.json',
    groupOf(
      countWhere('n2', 'derived_tstamp', 'like', '2026-01-05%'),
      countWhere('n3', 'derived_tstamp', 'rlike', '^2026'),
      countWhere('n4', 'derived_tstamp', '>=', 1767600000000),
      countWhere('n5', 'derived_tstamp', 'in', ['2026-01-05', 'soon']),
      countWhere('n6', 'domain_sessionidx', '>', '2'),
      countWhere('n7', 'br_cookies', '=', 1),
      countWhere('n8', 'app_id', '=', 7),
    ),
  );
  const { status, err } = run('check', definitions);
  assert.equal(status, 1);
  const reports = err.trimEnd().split('\n');
  assert.equal(reports.length, 7, err);
  for (const index of [0, 1])
    assert.match(reports[index], /operator: 'r?like' needs strings; 'derived_tstamp' is a time; use '>=' and '<'$/);
  for (const index of [2, 3]) assert.match(reports[index], /value: .*'derived_tstamp'.* such as "2026-01-05"/);
  assert.match(reports[4], /'domain_sessionidx'.* a number$/);
  assert.match(reports[5], /'br_cookies'.* true or false$/);
  assert.match(reports[6], /'app_id'.* a string$/);

  const instants = write(
    'instants.json',
    groupOf(
      countWhere('n9', 'derived_tstamp', '>=', '2026-01-05T12:00:00+01:00'),
      countWhere('n10', 'derived_tstamp', '<', '2026-01-05 11:00'),
    ),
  );
  const file = write(
    'instants.ndjson',
    ['2026-01-05T10:59:59.999Z', '2026-01-05T11:00:00Z', '2026-01-05 12:30:00+01']
      .map((derived_tstamp, index) =>
        JSON.stringify({ event_id: `e${index}`, event_name: 'a', user_id: 'u', derived_tstamp }),
      )
      .join('\n'),
  );
  const [{ attributes }] = lines(run('attributes', '--definitions', instants, file).out);
  assert.deepEqual(attributes, { g: { n9: 2, n10: 1 } });
});

test('the message for a compressed file differs from that for a broken one', () => {
  const file = join(folder, 'events.gz');
  writeFileSync(file, gzipSync(readFileSync(events)));
  const { status, err } = run('replay', '--definitions', bundle, file);
  assert.equal(status, 1);
  assert.match(err, /events\.gz:1: skipped: the file is compressed: zcat/);
});

test('attributes that are set count, and a refused update is reported', () => {
  const definitions = write(
    'scores.json',
    JSON.stringify({
      attribute_groups: [
        {
          name: 'account',
          attribute_key: { name: 'user_id' },
          offline: true,
          fields: [{ name: 'tier', type: 'string' }],
        },
      ],
      interventions: [{ name: 'gold', criteria: { attribute: 'account:tier', operator: '=', value: 'gold' } }],
    }),
  );
  const update = (attributes) =>
    JSON.stringify({
      type: 'attributes',
      attribute_key: { name: 'user_id', id: 'u1' },
      group: 'account',
      version: 1,
      attributes,
      time: '2026-01-01T00:00:00.000Z',
    });
  const file = write(
    'updates.ndjson',
    `${update({ tier: 'silver' })}\n${update({ tier: 'gold' })}\n${update({ tire: 'x' })}\n`,
  );
  const { status, out, err } = run('replay', '--definitions', definitions, file);
  assert.equal(status, 1);
  assert.deepEqual(
    lines(out).map(({ name, attributes }) => [name, attributes]),
    [['gold', { 'account:tier': 'gold' }]],
  );
  assert.match(err, /updates\.ndjson:3: skipped: .*'tire'/);
});

test('wrong usage and wrong input have different exit statuses', () => {
  assert.equal(run().status, 2);
  assert.equal(run('frobnicate').status, 2);
  assert.equal(run('check').status, 2);
  assert.equal(run('replay', events).status, 2);
  assert.equal(run('replay', '--definitions').status, 2);
  assert.equal(run('replay', '--definitions', bundle).status, 2);
  assert.equal(run('replay', '--definitions', bundle, '--until', 'soon', events).status, 2);
  assert.equal(run('replay', '--definitions', bundle, '--profiles', '0', events).status, 2);
  assert.equal(run('replay', '--definitions', bundle, '--event-ids', '1x', events).status, 2);
  assert.equal(run('preview', '--definitions', bundle, '--json=yes', events).status, 2);
  assert.equal(run('explain', '--definitions', bundle, '--key', 'user_id', events).status, 2);
  assert.equal(run('check', join(folder, 'nothing-here.json')).status, 1);
  assert.equal(run('check', folder).status, 1);
  assert.equal(run('replay', '--definitions', bundle, join(folder, 'nothing-here.ndjson')).status, 1);
  assert.equal(run('replay', '--definitions', bundle, folder).status, 1);
  assert.equal(
    run('explain', '--definitions', bundle, '--intervention', 'discuont', '--key', 'user_id', '--id', 'x', events)
      .status,
    1,
  );
});

test('for a mistyped command or option, the message suggests the nearest one and names --help', () => {
  assert.match(run('relpay').err, /unknown command 'relpay'; did you mean 'replay'\?\n.*tripline --help/);
  const { err } = run('replay', '--definitions', bundle, '--untli', 'soon', events);
  assert.match(err, /unknown option '--untli'; did you mean '--until'\?\n.*tripline replay --help/);
});

test('options may come anywhere, with = or without; -- ends them', () => {
  const expected = run('attributes', '--definitions', bundle, '--at', '2026-12-01T00:00:00Z', events).out;
  assert.equal(run('attributes', events, '--at=2026-12-01T00:00:00Z', `--definitions=${bundle}`).out, expected);
  assert.equal(
    run('attributes', '--until', '2026-12-01T00:00:00Z', '--definitions', bundle, '--', events).out,
    expected,
  );
});

test('--until lets time pass after the last line', () => {
  const idle = write(
    'idle.json',
    JSON.stringify({
      attribute_groups: [
        {
          name: 'g',
          attribute_key: { name: 'domain_userid' },
          attributes: [{ name: 'idle', type: 'double', aggregation: 'time_since_last', time_unit: 'min' }],
        },
      ],
      interventions: [{ name: 'left_alone', criteria: { attribute: 'g:idle', operator: '>=', value: 15 } }],
    }),
  );
  const event = JSON.parse(readFileSync(events, 'utf8').split('\n')[0]);
  const file = write('one.ndjson', JSON.stringify({ ...event, derived_tstamp: '2026-11-23T10:00:00.000Z' }));
  assert.equal(run('replay', '--definitions', idle, file).out, '');
  const [intervention] = lines(run('replay', '--definitions', idle, '--until', '2026-11-24T00:00:00Z', file).out);
  assert.equal(intervention.triggered_at, '2026-11-23T10:15:00.000Z');
});

test('the manual has a page for each command, for terminals of 80 columns', () => {
  const commands = ['check', 'build', 'replay', 'attributes', 'preview', 'explain', 'diff', 'types', 'pull'];
  for (const command of commands) assert.match(run('--help').out, new RegExp(`^ +${command} `, 'm'));
  for (const args of [['--help'], ...commands.map((command) => [command, '--help'])]) {
    const { status, out, err } = run(...args);
    assert.deepEqual({ status, err }, { status: 0, err: '' });
    for (const title of ['NAME', 'SYNOPSIS', 'EXIT STATUS', 'EXAMPLES'])
      assert.match(out, new RegExp(`^${title}$`, 'm'));
    for (const line of out.split('\n')) assert.ok(line.length <= 80, line);
  }
  for (const command of commands) {
    const page = run(command, '--help').out;
    assert.equal(run('help', command).out, page);
    for (const option of page.match(/^ +--[a-z-]+/gm) ?? []) {
      assert.doesNotMatch(run(command, option.trim()).err, /unknown option/, option);
    }
  }
  assert.match(run('--version').out, /^tripline \d+\.\d+\.\d+\n$/);
});

test('limits are options, and a message warns when profiles may have been dropped', () => {
  const visits = (...users) =>
    users
      .map((user) =>
        JSON.stringify({
          event_id: `${user}`,
          domain_userid: user,
          event_vendor: 'acme',
          derived_tstamp: '2026-01-01T00:00:00.000Z',
        }),
      )
      .join('\n');
  const file = write('many.ndjson', visits('u1', 'u2', 'u3', 'u4', 'u5'));
  const all = run('attributes', '--definitions', bundle, file);
  assert.deepEqual(
    lines(all.out).map((profile) => profile.attribute_key.id),
    ['u1', 'u2', 'u3', 'u4', 'u5'],
  );
  assert.equal(all.err, '');
  const few = run('attributes', '--definitions', bundle, '--profiles', '3', file);
  assert.deepEqual(
    lines(few.out).map((profile) => profile.attribute_key.id),
    ['u3', 'u4', 'u5'],
  );
  assert.match(few.err, /limit of 3 profiles/);
});

test('an update without a version sets fields of the highest one', () => {
  const account = (version, fields) => ({ name: 'account', version, attribute_key: { name: 'user_id' }, fields });
  const tier = { name: 'tier', type: 'string' };
  const definitions = write(
    'versions.json',
    JSON.stringify({
      attribute_groups: [
        account(1, [tier]),
        account(3, [tier, { name: 'fresh', type: 'string' }]),
        account(2, [tier, { name: 'old', type: 'string' }]),
      ],
    }),
  );
  const update = (rest) =>
    JSON.stringify({ type: 'attributes', attribute_key: { name: 'user_id', id: 'u1' }, group: 'account', ...rest });
  const file = write(
    'versions.ndjson',
    [
      update({ attributes: { tier: 'gold', fresh: 'y' } }),
      update({ attributes: { old: 'x' } }),
      update({ version: 'two', attributes: { tier: 'x' } }),
      update({ version: 2 ** 32 + 1, attributes: { tier: 'x' } }),
    ].join('\n'),
  );
  const { status, out, err } = run('attributes', '--definitions', definitions, file);
  assert.equal(status, 1);
  assert.deepEqual(
    lines(out).map(({ attributes }) => attributes),
    [{ account: { tier: 'gold', fresh: 'y' } }],
  );
  assert.match(err, /:2: skipped: there is no field 'old' in version 3 of the external group 'account'/);
  assert.match(err, /:3: skipped: 'version' must be a whole number/);
  assert.match(err, /:4: skipped: 'version' must be a whole number from 0 to 1000000/);
});

test('preview counts an id once in upper and lower case, and counts targets of updates of attributes', () => {
  const definitions = write(
    'reach.json',
    JSON.stringify({
      attribute_groups: [
        {
          name: 'g',
          attribute_key: { name: 'user_id' },
          attributes: [{ name: 'n', type: 'int32', aggregation: 'counter' }],
        },
        { name: 'account', attribute_key: { name: 'user_id' }, fields: [{ name: 'tier', type: 'string' }] },
      ],
      interventions: [{ name: 'gold', criteria: { attribute: 'account:tier', operator: '=', value: 'gold' } }],
    }),
  );
  const id = '9c6d7a65-d4ec-465f-8cdf-ffbfe939e772';
  const file = write(
    'reach.ndjson',
    [
      { event_id: 'e1', user_id: id },
      { event_id: 'e2', user_id: id.toUpperCase() },
      {
        type: 'attributes',
        attribute_key: { name: 'user_id', id: 'u2' },
        group: 'account',
        attributes: { tier: 'gold' },
      },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n'),
  );
  const { out } = run('preview', '--json', '--definitions', definitions, file);
  assert.deepEqual(JSON.parse(out), [{ name: 'gold', version: 1, targets: 1, seen: 2 }]);
});

test('lists, flags and numbers can be set', () => {
  const definitions = write(
    'kinds.json',
    JSON.stringify({
      attribute_groups: [
        {
          name: 'account',
          attribute_key: { name: 'user_id' },
          fields: [
            { name: 'tags', type: 'string_list' },
            { name: 'scores', type: 'double_list' },
            { name: 'paid', type: 'bool' },
            { name: 'age', type: 'int32' },
          ],
        },
      ],
    }),
  );
  const update = { type: 'attributes', attribute_key: { name: 'user_id', id: 'u1' }, group: 'account' };
  const attributes = { tags: ['a', 'b'], scores: [1, 2.5], paid: true, age: 41 };
  const wrong = [
    { ...update, attribute_key: 'u1', attributes },
    { ...update, attributes: [] },
    { ...update, attributes, time: 'soon' },
    { ...update, attribute_key: { name: 'user_id', id: '' }, attributes },
  ];
  const file = write(
    'kinds.ndjson',
    [{ ...update, attributes }, ...wrong].map((line) => JSON.stringify(line)).join('\n'),
  );
  const { status, out, err } = run('attributes', '--definitions', definitions, file);
  assert.equal(status, 1);
  assert.deepEqual(lines(out)[0].attributes.account, { tags: ['a', 'b'], scores: [1, 2.5], paid: true, age: 41 });
  assert.equal(err.match(/kinds\.ndjson:[2345]: skipped/g).length, 4, err);
});

test('rule 37: an update with a value that is an object or a list of other than scalars is refused and changes nothing', () => {
  const definitions = write(
    'nested.json',
    JSON.stringify({
      attribute_groups: [
        {
          name: 'account',
          attribute_key: { name: 'user_id' },
          fields: [
            { name: 'tier', type: 'string' },
            { name: 'tags', type: 'string_list' },
          ],
        },
      ],
    }),
  );
  const update = (attributes) =>
    JSON.stringify({ type: 'attributes', attribute_key: { name: 'user_id', id: 'u1' }, group: 'account', attributes });
  const file = write(
    'nested.ndjson',
    [
      update({ tier: 'gold', tags: ['a'] }),
      update({ tier: { a: 1 } }),
      update({ tags: { b: 2 } }),
      update({ tags: [['z']] }),
      update({ tags: ['a', {}] }),
      update({ tags: ['a', null] }),
    ].join('\n'),
  );
  const { status, out, err } = run('attributes', '--definitions', definitions, file);
  assert.equal(status, 1);
  assert.deepEqual(lines(out)[0].attributes, { account: { tier: 'gold', tags: ['a'] } });
  assert.match(err, /:2: skipped: the value of 'tier' must be a string, a number, a boolean, a list of these, or null/);
  assert.equal(err.match(/nested\.ndjson:[23456]: skipped: the value of/g).length, 5, err);
});

test('rule 1: a number beyond a double that is set counts as missing, and one in a list is refused', () => {
  const definitions = write(
    'beyond.json',
    JSON.stringify({
      attribute_groups: [
        {
          name: 'account',
          attribute_key: { name: 'user_id' },
          fields: [
            { name: 'age', type: 'double' },
            { name: 'scores', type: 'double_list' },
          ],
        },
      ],
    }),
  );
  const update = (attributes) =>
    `{"type": "attributes", "attribute_key": {"name": "user_id", "id": "u1"}, "group": "account", "attributes": ${attributes}}`;
  const file = write(
    'beyond.ndjson',
    [update('{"age": 5, "scores": [1]}'), update('{"age": -1e999}'), update('{"scores": [1, 1e999]}')].join('\n'),
  );
  const { status, out, err } = run('attributes', '--definitions', definitions, file);
  assert.equal(status, 1);
  assert.deepEqual(lines(out)[0].attributes, { account: { age: null, scores: [1] } });
  assert.match(err, /^tripline: [^\n]*:3: skipped: the value of 'scores' must be/);
});

test('lines may be long, end with CRLF, be blank, or lack an end', () => {
  const line = readFileSync(events, 'utf8').split('\n')[0];
  const expected = run('attributes', '--definitions', bundle, write('plain.ndjson', `${line}\n`)).out;
  const long = JSON.stringify({ ...JSON.parse(line), page_url: 'x'.repeat(1_000_000) });
  assert.equal(run('attributes', '--definitions', bundle, write('odd.ndjson', `\r\n \t\n${long}\r\n\n`)).out, expected);
  assert.equal(run('attributes', '--definitions', bundle, write('cut.ndjson', long)).out, expected);
});

test('a line beyond 16 MB is skipped without being kept', () => {
  const line = readFileSync(events, 'utf8').split('\n')[0];
  const file = write('huge.ndjson', `{"a":"${'x'.repeat(17_000_000)}"}\n${line}\n`);
  const { status, out, err } = run('attributes', '--definitions', bundle, file);
  assert.equal(status, 1);
  assert.match(err, /huge\.ndjson:1: skipped: the line is longer than 16 MB/);
  assert.equal(lines(out).length, 1);
});

test('a file is read in constant memory', () => {
  const file = manyEvents();
  assert.ok(statSync(file).size > 60e6);
  const megabytes = (path) => peakMemory('attributes', '--definitions', bundle, path) / 1e6;
  assert.ok(megabytes(file) < megabytes(events) + 30);
});

/** Returns the most memory that the program occupies, in bytes. */
function peakMemory(...args) {
  const report = join(folder, 'peak');
  const script = `
    import resource, subprocess, sys
    status = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL).returncode
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=open(sys.argv[1], 'w'))
    sys.exit(status)`;
  const { status, stderr } = spawnSync('python3', ['-c', script.replaceAll(/^    /gm, ''), report, program, ...args]);
  assert.equal(status, 0, `${stderr}`);
  return 1024 * Number(readFileSync(report, 'utf8'));
}

test('output that cannot be written is an error', { skip: !existsSync('/dev/full') && 'there is no /dev/full' }, () => {
  const full = openSync('/dev/full', 'w');
  const { status, err } = run({ stdio: ['ignore', full, 'pipe'] }, 'replay', '--definitions', bundle, events);
  assert.equal(status, 1);
  assert.match(err, /cannot be written/);
});

test('a closed pipe ends the program at once and quietly, as SIGPIPE does', () => {
  const definitions = write(
    'each.json',
    JSON.stringify({
      attribute_groups: [
        {
          name: 'g',
          attribute_key: { name: 'user_id' },
          attributes: [{ name: 'n', type: 'int32', aggregation: 'counter' }],
        },
      ],
      interventions: [{ name: 'each', criteria: { attribute: 'g:n', operator: '=', value: 1 } }],
    }),
  );
  // Neither ends by itself.
  const events = `awk 'BEGIN { for (;; ++i) print "{\\"user_id\\": \\"u" i "\\"}" }'`;
  for (const file of ['stdout', 'stderr']) write(file, '');
  for (const pipe of [
    `${events} | "$@" 2>stderr | head -n 1`,
    `yes '{' | "$@" 2>&1 >stdout | head -n 1`,
    `yes '{' | "$@" --json 2>&1 >stdout | head -n 1`, // the message about wrong usage
  ]) {
    const script = `${pipe}; echo "\${PIPESTATUS[1]} $(cat stderr stdout)"`;
    const args = ['-c', script, 'bash', program, 'replay', '--definitions', definitions, '-'];
    const { stdout, stderr } = spawnSync('bash', args, { cwd: folder, encoding: 'utf8', timeout: 120_000 });
    const [first, ended] = stdout.trimEnd().split(/ *\n/);
    if (first.includes('unknown option')) assert.equal(first, "tripline: replay: unknown option '--json'");
    else assert.equal(ended, '141', `${pipe}\n${stdout}\n${stderr}`);
  }
});

test('progress appears on a terminal only, fits its width, and is erased', () => {
  const file = manyEvents();
  const quiet = run('attributes', '--definitions', bundle, file);
  assert.equal(quiet.err, '');
  for (const [columns, pattern] of [
    [80, /^ \d+ %  [\d,]+ lines/m],
    [12, /^ \d+ %$/m],
  ]) {
    const shown = onTerminal(columns, 'attributes', '--definitions', bundle, file);
    const [last, ...progress] = shown
      .split('\r')
      .filter((part) => part.includes('\x1b[K'))
      .map((part) => part.replace('\x1b[K', ''))
      .reverse();
    assert.ok(progress.length > 0, shown);
    for (const text of progress) {
      assert.match(text, pattern);
      assert.ok(text.length < columns, text);
    }
    assert.match(last, /^(\{|$)/); // erased before the result
  }
});

test('on a terminal the table keeps its width, and an explanation is indented', () => {
  const wide = JSON.parse(readFileSync(bundle, 'utf8'));
  wide.interventions[0].name = 'a_name_that_is_much_longer_than_a_terminal_is_wide';
  const definitions = write('wide.json', JSON.stringify(wide));
  assert.match(
    run('preview', '--definitions', definitions, events).out,
    /^a_name_that_is_much_longer_than_a_terminal_is_wide /m,
  );
  for (const [columns, heads] of [
    [60, /VERSION/],
    [44, /^INTERVENTION +TARGETS/],
  ]) {
    const table = onTerminal(columns, 'preview', '--definitions', definitions, events);
    assert.match(table, heads);
    assert.match(table, /^a_name_\w+\.\.\. /m);
    for (const line of table.split('\n')) assert.ok(line.length <= columns, line);
  }
  const explanation = onTerminal(
    80,
    'explain',
    '--definitions',
    bundle,
    '--intervention',
    'discount',
    '--key',
    'domain_userid',
    '--id',
    user,
    events,
  );
  assert.match(explanation, /^ {2}"why": /m);
});

/** Writes a file of about 65 MB. */
function manyEvents() {
  const file = join(folder, 'many-events.ndjson');
  return existsSync(file) ? file : write('many-events.ndjson', readFileSync(events, 'utf8').repeat(1600));
}

/** Returns the program's output to a terminal with `columns` columns. */
function onTerminal(columns, ...args) {
  const command = [program, ...args].map((word) => `'${word}'`).join(' ');
  const { status, stdout } = spawnSync('script', ['-qec', `stty cols ${columns}; ${command}`, '/dev/null'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
  return stdout.replaceAll('\r\n', '\n');
}

// ---- diff --------------------------------------------------------------------------------------

/** Writes a changed copy of the bundle. */
function changed(name, change) {
  const definitions = JSON.parse(readFileSync(bundle, 'utf8'));
  change(definitions);
  return write(name, JSON.stringify(definitions));
}

test('diff prints nothing where only the order, null members or the layout changed', () => {
  const reordered = changed('reordered.json', (definitions) => {
    definitions.interventions.reverse();
    definitions.attribute_groups[0].attributes.reverse();
    definitions.attribute_groups[0].ttl = null;
    definitions.attribute_groups = definitions.attribute_groups.map((group) =>
      Object.fromEntries(Object.entries(group).reverse()),
    );
  });
  assert.deepEqual(run('diff', bundle, reordered), { status: 0, out: '', err: '' });
  assert.deepEqual(JSON.parse(run('diff', '--json', bundle, reordered).out), { changes: [] });
});

test('diff names each object that was added, removed or changed, and the members that changed', () => {
  const next = changed('next.json', (definitions) => {
    const [abandonment, discount] = definitions.interventions;
    abandonment.version = 2;
    discount.criteria.value = 1;
    definitions.interventions.splice(2, 1, { ...discount, name: 'welcome' });
    definitions.attribute_groups[0].attributes[0].period = 'PT1H';
  });
  const { status, out, err } = run('diff', bundle, next);
  assert.deepEqual([status, err], [0, '']);
  assert.equal(
    out,
    `~ attribute group 'ecom_attributes' version 1
    /attributes/count_product_views/period: nothing -> "PT1H"
    attribute 'count_product_views' counts from nothing again
~ intervention 'cart_abandonment' version 1 -> 2
    /version: 1 -> 2
~ intervention 'discount' version 1
    /criteria/value: 3 -> 1
+ intervention 'welcome' version 1
- intervention 'free_shipping' version 1
`,
  );
  const { changes } = JSON.parse(run('diff', '--json', bundle, next).out);
  assert.equal(changes.length, 5);
  assert.deepEqual(changes[2], {
    change: 'changed',
    type: 'intervention',
    name: 'discount',
    version_before: 1,
    version_after: 1,
    members: [{ pointer: '/criteria/value', before: 3, after: 1 }],
    restarted: [],
  });
});

test('diff of definitions and themselves prints nothing, whatever names repeat in them', () => {
  const place = (name, path, major_version = 1) => ({ type: 'event', vendor: 'acme', name, major_version, path });
  const definitions = {
    attribute_keys: [
      { name: 'user_id', property: { type: 'atomic', name: 'user_id' } },
      { name: 'user_id', property: { type: 'atomic', name: 'user_id' }, description: 'again' },
    ],
    attribute_groups: [
      {
        name: 'g',
        attribute_key: { name: 'user_id' },
        attributes: [
          {
            name: 'a',
            type: 'string',
            aggregation: 'last',
            events: [
              { vendor: 'acme', name: 'x' },
              { vendor: 'other', name: 'x' },
            ],
            property: {
              type: 'calculated',
              operation: 'concat',
              properties: [place('x', 'one'), place('x', 'two')],
            },
          },
        ],
      },
    ],
    services: [{ name: 's', attribute_groups: [{ name: 'g' }, { name: 'g', version: 1 }] }],
    event_logs: [
      {
        name: 'l',
        attribute_key: { name: 'domain_sessionid' },
        max_events: 5,
        max_age_seconds: 600,
        events: [{ event: { name: 'x' }, properties: [place('x', 'one'), place('x', 'two')] }],
      },
    ],
  };
  const before = write('repeated.json', JSON.stringify(definitions));
  assert.deepEqual(run('diff', before, before), { status: 0, out: '', err: '' });

  const { property } = definitions.attribute_groups[0].attributes[0];
  property.properties = [place('y', 'one'), place('x', 'two')];
  const renamed = write('renamed.json', JSON.stringify(definitions));
  const heading = "~ attribute group 'g' version 1\n    /attributes/a/property/properties";
  const restarted = "    attribute 'a' counts from nothing again\n";
  assert.equal(run('diff', before, renamed).out, `${heading}/0/name: "x" -> "y"\n${restarted}`);
  property.properties.reverse();
  const reordered = write('reordered-parts.json', JSON.stringify(definitions));
  assert.ok(run('diff', renamed, reordered).out.startsWith(`${heading}/0/name: "y" -> "x"\n`));
});

test('diff: a further version is added, and a key whose time to live changed restarts attributes', () => {
  const group = (version, ...attributes) => ({ name: 'g', version, attribute_key: { name: 'user_id' }, attributes });
  const counter = { name: 'n', type: 'int32', aggregation: 'counter' };
  const key = (ttl) => ({ name: 'user_id', property: { type: 'atomic', name: 'user_id' }, ttl });
  const before = write(
    'v1.json',
    JSON.stringify({ attribute_keys: [key('P1D')], attribute_groups: [group(1, counter)] }),
  );
  const after = write(
    'v2.json',
    JSON.stringify({ attribute_keys: [key('P2D')], attribute_groups: [group(2, counter), group(1, counter)] }),
  );
  assert.equal(
    run('diff', before, after).out,
    `~ attribute key 'user_id'
    /ttl: "P1D" -> "P2D"
+ attribute group 'g' version 2
~ attribute group 'g' version 1
    attribute 'n' counts from nothing again
`,
  );
});

test('diff with events counts the targets that each intervention gains and loses', () => {
  const next = changed('effects.json', (definitions) => {
    const [abandonment, discount, shipping] = definitions.interventions;
    abandonment.criteria.value = 100;
    discount.criteria.value = 0;
    definitions.interventions = [abandonment, discount, { ...shipping, name: 'welcome' }];
  });
  const { status, out } = run('diff', bundle, next, events);
  assert.equal(status, 0);
  const [, table] = out.split('\n\n');
  assert.deepEqual(
    table
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ +/)),
    [
      ['INTERVENTION', 'BEFORE', 'AFTER', 'GAINED', 'LOST'],
      ['cart_abandonment', '2', '0', '0', '2'],
      ['discount', '0', '2', '2', '0'],
      ['free_shipping', '0', '-', '0', '0'],
      ['welcome', '-', '0', '0', '0'],
    ],
  );
  const { interventions } = JSON.parse(run({ input: readFileSync(events) }, 'diff', '--json', bundle, next, '-').out);
  assert.deepEqual(interventions[0], {
    name: 'cart_abandonment',
    before: { targets: 2, fired: 2 },
    after: { targets: 0, fired: 0 },
    gained: 0,
    lost: 2,
  });
  assert.equal(interventions[2].after, null);
});

test('diff reports a line that only one version skips, errors in either version, and wrong usage', () => {
  const external = (...fields) =>
    JSON.stringify({
      attribute_groups: [
        { name: 'a', attribute_key: { name: 'user_id' }, fields: fields.map((name) => ({ name, type: 'string' })) },
      ],
    });
  const before = write('before.json', external('tier'));
  const after = write('after.json', external('tier', 'plan'));
  const update = {
    type: 'attributes',
    attribute_key: { name: 'user_id', id: 'u' },
    group: 'a',
    attributes: { plan: 'x' },
  };
  const file = write('update.ndjson', `${JSON.stringify(update)}\n{\n`);
  const { status, err } = run('diff', before, after, file);
  assert.equal(status, 1);
  assert.match(err, /update\.ndjson:1: skipped: with \S*before\.json only: there is no field 'plan'/);
  assert.match(err, /update\.ndjson:2: skipped: (?!with)/);

  const wrong = run('diff', write('broken.json', '{'), join(folder, 'missing.json'));
  assert.equal(wrong.status, 1);
  assert.match(wrong.err, /broken\.json: : this is not JSON/);
  assert.match(wrong.err, /missing\.json: No such file/);
  for (const args of [[], [bundle], [bundle, bundle, events, events], ['-', '-'], ['-', bundle, '-']]) {
    assert.equal(run({ input: '{}' }, 'diff', ...args).status, 2, args.join(' '));
  }
  assert.equal(run('diff', bundle, bundle, '--definitions', bundle).status, 2);
  assert.equal(run({ input: readFileSync(bundle) }, 'diff', '-', bundle).out, '');
});

// ---- types -------------------------------------------------------------------------------------

test('types prints names and types of values as TypeScript', () => {
  const group = (version, attributes) => ({ name: 'g', version, attribute_key: { name: 'user_id' }, attributes });
  const last = (name, type) => ({ name, type, aggregation: 'last', property: { type: 'atomic', name: 'app_id' } });
  const fields = [
    { name: 'tags', type: 'string_list' },
    { name: 'age', type: 'int32' },
    { name: 'paid', type: 'bool' },
  ];
  const file = write(
    'types.json',
    JSON.stringify({
      attribute_groups: [
        group(1, [last('app', 'string')]),
        group(2, [
          { name: 'app', type: 'int32', aggregation: 'counter' },
          { name: 'apps', type: 'dict', aggregation: 'category_count', property: { type: 'atomic', name: 'app_id' } },
        ]),
        { name: 'its', attribute_key: { name: 'domain_userid' }, fields },
      ],
      interventions: [{ name: 'x', version: 3, criteria: { attribute: 'g:app', operator: '>', value: 1 } }],
    }),
  );
  const { status, out, err } = run('types', file);
  assert.deepEqual([status, err], [0, '']);
  for (const part of [
    `  "x": {
    intervention_id: string;
    name: "x";
    version: 3;
    attributes: {
      "g:app"?: number;
      "g:apps"?: { [value: string]: number };
    };
    target_attribute_key: { name: "user_id"; id: string };
  };`,
    `export interface AttributeValues {
  "g:app": number;
  "g:apps": { [value: string]: number };
  "its:age": number;
  "its:paid": boolean;
  "its:tags": string[];
}`,
    `  "its": {
    "age"?: number | null;
    "paid"?: boolean | null;
    "tags"?: string[] | null;
  };`,
    `export type AttributeKeyName =
  | "user_id"
  | "domain_userid";
`,
  ]) {
    assert.ok(out.includes(part), `${part}\n\n${out}`);
  }
  assert.equal(run('types').status, 2);
  assert.equal(run('types', write('broken.json', '{')).status, 1);
});

// ---- control characters ------------------------------------------------------------------------

const escapes = '\u001b]0;title\u0007\u001b[2J\u009b2J\r\n\u0000\u007f\u0085\b';
const shownEscapes = '\\u001b]0;title\\u0007\\u001b[2J\\u009b2J\\u000d\\u000a\\u0000\\u007f\\u0085\\u0008';

/** Runs it, in bytes, and fails if an output has a control character that is not the end of a line. */
function runPlain(...args) {
  const { status, stdout, stderr } = spawnSync(program, args);
  for (const output of [stdout, stderr]) {
    const text = output.toString();
    assert.doesNotMatch(text, /[^\P{Cc}\n]/u);
    assert.ok(Buffer.from(text).equals(output), 'UTF-8');
  }
  return { status, out: `${stdout}`, err: `${stderr}` };
}

test('messages about definitions show no control characters, and have a line each', () => {
  const wrong = {
    [escapes]: 1,
    attribute_keys: [{ name: escapes }, { name: 'k', property: { type: 'atomic', name: escapes } }],
    attribute_groups: [
      {
        name: escapes,
        version: 1,
        attribute_key: { name: escapes },
        attributes: [
          {
            name: escapes,
            type: escapes,
            aggregation: escapes,
            [escapes]: 1,
            criteria: {
              all: [
                {
                  property: { type: 'event', vendor: escapes, name: escapes, major_version: 1, path: escapes },
                  operator: escapes,
                  value: escapes,
                },
              ],
            },
          },
        ],
      },
    ],
    services: [{ name: escapes, attribute_groups: [{ name: escapes, version: 1 }] }],
    interventions: [
      {
        name: escapes,
        version: escapes,
        criteria: { attribute: `${escapes}:${escapes}`, operator: escapes, value: escapes },
        target_attribute_keys: [{ name: escapes }],
      },
    ],
  };
  for (const text of [
    JSON.stringify(wrong),
    `{"${escapes}`,
    escapes,
    `[${escapes}]`,
    Buffer.from([0x7b, 0x22, 0x9b, 0x32, 0x4a, 0xff, 0x22, 0x3a]),
  ]) {
    const file = write('escapes.json', text);
    const { status, out, err } = runPlain('check', file);
    assert.equal(status, 1);
    assert.equal(out, '');
    for (const line of err.trimEnd().split('\n')) assert.ok(line.startsWith(`${file}: `), line);
  }
  assert.ok(runPlain('check', write('escapes.json', JSON.stringify(wrong))).err.includes(shownEscapes));
});

test('messages about events, files and arguments show no control characters', () => {
  const event = {
    user_id: 'u',
    event_id: randomUUID(),
    event_name: 'page_view',
    derived_tstamp: '2026-06-01T08:00:00Z',
  };
  const lines = [
    JSON.stringify({ ...event, derived_tstamp: escapes }),
    JSON.stringify({ ...event, collector_tstamp: escapes, derived_tstamp: null }),
    JSON.stringify({ [escapes]: event }),
    JSON.stringify({ [escapes]: [event] }),
    JSON.stringify({ [escapes]: JSON.stringify(event) }),
    JSON.stringify({ schema: escapes, data: escapes }),
    JSON.stringify({ [`USER_ID${escapes}`]: 1 }),
    JSON.stringify({
      type: 'attributes',
      group: escapes,
      version: escapes,
      attribute_key: { name: escapes, id: escapes },
      attributes: { [escapes]: escapes },
    }),
    JSON.stringify({
      type: 'attributes',
      group: 'g',
      attribute_key: { name: 'user_id', id: escapes },
      attributes: { [escapes]: escapes },
      time: escapes,
    }),
    escapes.replace('\n', ''),
    `{"${escapes.replace('\n', '')}`,
  ];
  const file = write(`events${escapes.replaceAll('\u0000', '')}.ndjson`, `${lines.join('\n')}\n`);
  for (const command of ['replay', 'attributes', 'preview']) {
    const { status, err } = runPlain(command, '--definitions', bundle, file);
    assert.equal(status, 1);
    assert.equal(err.trimEnd().split('\n').length, lines.length + 1, err);
  }
  const argument = escapes.replaceAll('\u0000', '');
  for (const args of [
    [argument],
    ['help', argument],
    ['check', argument],
    ['check', `--${argument}`],
    ['diff', bundle, argument],
    ['build', bundle, argument, '--out', folder, '--format', argument],
    ['build', bundle, argument, '--out', folder, '--published-only'],
    ['replay', '--until', argument, '--definitions', bundle, events],
    ['replay', '--definitions', argument, events],
    ['replay', '--definitions', bundle, argument],
    ['replay', '--profiles', argument, '--definitions', bundle, events],
    ['explain', '--definitions', bundle, '--intervention', argument, '--key', argument, '--id', argument, events],
  ]) {
    const { status, err } = runPlain(...args);
    assert.notEqual(status, 0);
    assert.match(err, /\S/);
  }
});

test('JSON shows no control characters, and is the same JSON', () => {
  const seen = '\u0080é 👟 \u009f' + escapes;
  const definitions = write(
    'shown.json',
    JSON.stringify({
      attribute_groups: [
        {
          name: 'g',
          attribute_key: { name: 'user_id' },
          attributes: [
            { name: 'page', type: 'string', aggregation: 'last', property: { type: 'atomic', name: 'page_title' } },
            {
              name: 'pages',
              type: 'string_list',
              aggregation: 'unique_list',
              property: { type: 'atomic', name: 'page_title' },
            },
          ],
        },
      ],
      interventions: [
        {
          name: 'shown',
          version: 1,
          criteria: { attribute: 'g:page', operator: '=', value: seen },
          payload_attribute_groups: [{ name: 'g', version: 1 }],
        },
      ],
    }),
  );
  const file = write(
    'shown.ndjson',
    `${JSON.stringify({ user_id: seen, page_title: seen, event_name: 'page_view', derived_tstamp: '2026-06-01T08:00:00Z' })}\n`,
  );
  const options = ['--definitions', definitions];
  const replayed = lines(runPlain('replay', ...options, file).out);
  assert.deepEqual(
    replayed.map(({ target_attribute_key, attributes }) => [target_attribute_key.id, attributes['g:page']]),
    [[seen, seen]],
  );
  const [profile] = lines(runPlain('attributes', ...options, file).out);
  assert.deepEqual([profile.attribute_key.id, profile.attributes.g], [seen, { page: seen, pages: [seen] }]);
  assert.match(runPlain('attributes', ...options, file).out, /é 👟/);
  runPlain('preview', ...options, file);
  runPlain('preview', '--json', ...options, file);
  const other = write('other.json', JSON.stringify({ interventions: [] }));
  runPlain('diff', definitions, other, file);
  runPlain('diff', '--json', definitions, other, file);
  runPlain('types', definitions);
  const explained = ['explain', ...options, '--intervention', 'shown', '--key', 'user_id'];
  const id = seen.replaceAll('\u0000', '');
  assert.equal(JSON.parse(runPlain(...explained, '--id', id, file).out).criteria.value, seen);
});

// ---- in Node -----------------------------------------------------------------------------------

/** Copies the program for Node into a folder of its own, changes it, and returns what it prints. */
function runDamaged(damage) {
  const copy = join(folder, `program-${randomUUID()}`);
  cpSync(dirname(program), copy, { recursive: true });
  damage(copy);
  writeFileSync(join(copy, 'package.json'), '{"type": "module"}');
  const { status, stdout, stderr } = spawnSync(join(copy, 'tripline.js'), ['check', bundle], { encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}

if (!isForNode) {
  test('pull names the program that has a network', () => {
    const { status, err } = run('pull', 'https://example.com');
    assert.equal(status, 2);
    assert.match(err, /^tripline: pull: this program has no network: use npx tripline pull\n/);
  });
}

if (isForNode) {
  test('whatever fails is one sentence', () => {
    for (const damage of [
      (copy) => rmSync(join(copy, 'program.wasm')),
      (copy) => writeFileSync(join(copy, 'program.wasm'), ''),
      (copy) => writeFileSync(join(copy, 'program.wasm'), readFileSync(join(copy, 'program.wasm')).subarray(0, 1000)),
      (copy) => rmSync(join(copy, 'program.cjs')),
    ]) {
      const { status, out, err } = runDamaged(damage);
      assert.deepEqual([status, out], [1, '']);
      assert.match(err, /^tripline: the program cannot be started: [^\n]+; install the package tripline again\n$/);
    }
    const change = (from, to) => (copy) => {
      const glue = readFileSync(join(copy, 'program.cjs'), 'utf8');
      assert.ok(glue.includes(from));
      writeFileSync(join(copy, 'program.cjs'), glue.replaceAll(from, to));
    };
    assert.deepEqual(runDamaged(change('.isatty(', '.isaTTY(')), {
      status: 1,
      out: '',
      err: 'tripline: the program cannot be started: it did not run to its end; install the package tripline again\n',
    });
    const stopped = runDamaged(change('.openSync(', '.openSyncs('));
    assert.deepEqual([stopped.status, stopped.out], [1, '']);
    assert.match(stopped.err, /^tripline: the program stopped: [^\n]+ is not a function; [^\n]+\n$/);
  });

  test('the message for too little memory names the options that lower the need for it', () => {
    const file = write('long.ndjson', `{"user_id": "${'x'.repeat(15_000_000)}"}\n`);
    const args = ['--wasm-max-mem-pages=300', program, 'replay', '--definitions', bundle, file];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /^tripline: out of memory, [^\n]*--profiles N[^\n]*\n$/);
  });

  test('a pipe that another process made non-blocking is read to its end', () => {
    // Node makes it blocking again when it ends by itself.
    const reader = "process.stdin.resume(); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50)";
    const script = `{ sleep 0.5; cat "$1"; } | { "$2" -e "$4"; "$3" check -; }`;
    const args = ['-c', script, 'bash', bundle, process.execPath, program, reader];
    const { status, stderr } = spawnSync('bash', args, { encoding: 'utf8', timeout: 60_000 });
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /tripline:/);
  });
}

function run(...args) {
  const options = typeof args[0] === 'object' ? args.shift() : {};
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', ...options });
  return { status, out: stdout, err: stderr };
}

function lines(text) {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function write(name, text) {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
