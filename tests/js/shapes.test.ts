// Tests js/docs/shapes.md: the package returns the examples, each table has the members of its type, the store works.
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { LocalEvaluator } from '../../js/src/evaluator/evaluator.js';
import { readEvent } from '../../js/src/event/inputs.js';
import {
  createEvaluator,
  memoryStore,
  type Intervention,
  type Problem,
  type Store,
  type StoredState,
} from '../../js/src/index.js';
import { build } from '../../js/src/server.js';
import { TrackerSubscription } from '../../js/src/stream/subscription.js';
import type { StreamStatus } from '../../js/src/stream/options.js';
import { pageView, testRules } from '../../js/src/testing.js';
import { wasmBytes as wasm } from './engine-module.js';
import { freshStorage, removeStorage } from './page-storage.js';
import { StreamServer } from './stream-server.js';
import { visitor } from './visits.js';

const read = (path: string): string => readFileSync(new URL(`../../js/${path}`, import.meta.url), 'utf8');
const text = read('docs/shapes.md');
const sectionOf = (name: string): string =>
  new RegExp(`^## ${name}$(.*?)(?=^## |$(?![^]))`, 'ms').exec(text)?.[1] ?? '';

const definitions = JSON.parse(/^```json\n(.*?)^```/ms.exec(text)?.[1] ?? '') as {
  interventions: { criteria: { all: { operator: string }[] } }[];
};

/** Returns the value of a section's example. */
function exampleOf(name: string): unknown {
  const literal = new RegExp(`: ${name} = (\\{.*?\\n?\\});\\n\`\`\``, 's').exec(sectionOf(name))?.[1] ?? '';
  return new Function(`return ${literal};`)();
}

const id = visitor;
const domainUser = { name: 'domain_userid', id };
const view = (path: string): Record<string, unknown> => ({
  ...pageView({ url: `https://shop.example.com${path}` }),
  duid: id,
});

beforeEach(() => void freshStorage());
afterEach(() => removeStorage());

describe('the examples', () => {
  test('Intervention and Explanation', async () => {
    const rules = await testRules({ definitions, wasm, ids: { domain_userid: id } });
    rules.track(view('/shop/shoes'));
    expect(rules.explain('discount')).toEqual(exampleOf('Explanation'));
    for (let views = 2; views <= 3; ++views) rules.track(view('/shop/shoes'));
    const { triggered_at, ...intervention } = { ...rules.fired[0] };
    expect(triggered_at).toBe('2026-01-01T12:00:00.000Z');
    expect(intervention).toEqual(exampleOf('Intervention'));
  });

  test('Problem', async () => {
    const wrong = structuredClone(definitions);
    for (const { criteria } of wrong.interventions) Object.assign(criteria.all[0] ?? {}, { operator: '>>' });
    const evaluator = createEvaluator({ definitions: wrong, wasm, store: memoryStore() });
    const problems: Problem[] = [];
    evaluator.on('error', (problem) => problems.push(problem));
    expect(await evaluator.ready).toBe(false);
    evaluator.close();
    expect(problems).toEqual([exampleOf('Problem')]);
  });

  test('DoctorReport', async () => {
    const program = await build(definitions, { wasm });
    const evaluator = createEvaluator({ definitions: program, wasm, store: memoryStore() });
    evaluator.track(view('/shop/shoes'));
    expect(await evaluator.doctor()).toEqual(exampleOf('DoctorReport'));
    evaluator.close();
  });

  test('StreamStatus', async () => {
    const server = await StreamServer.open();
    server.answers.push((_, response) => void response.writeHead(503, { 'Retry-After': '7' }).end());
    const evaluator = new LocalEvaluator({ definitions, wasm, store: memoryStore() });
    const subscription = new TrackerSubscription({ endpoint: server.url });
    const waiting = new Promise<StreamStatus>((resolve) => {
      subscription.on('status', (status) => status.state === 'waiting' && resolve(status));
    });
    subscription.open({
      evaluator,
      tracker: { namespace: 'sp1', getDomainUserInfo: () => ['0', id] as never },
      hasDefinitions: true,
      readEvent,
    });
    expect(await waiting).toEqual(exampleOf('StreamStatus'));
    subscription.unsubscribe();
    evaluator.close();
    await server.stop();
  });
});

describe('the tables', () => {
  it.each([
    ['Intervention', 'src/types.ts', 'Intervention'],
    ['Explanation', 'src/types.ts', 'Explanation'],
    ['Problem', 'src/types.ts', 'Problem'],
    ['DoctorReport', 'src/evaluator/doctor.ts', 'DoctorReport'],
    ['StreamStatus', 'src/stream/options.ts', 'StreamStatus'],
    ['Store', 'src/state/store.ts', 'Store'],
    ['Store', 'src/state/store.ts', 'StoredState'],
  ])('%s: the members of %s, %s', (section, file, type) => {
    const body = new RegExp(`^export interface ${type} \\{$(.*?)^\\}$`, 'ms').exec(read(file))?.[1] ?? '';
    const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[(:]/gm)].map(([, member]) => member);
    const tables = sectionOf(section)
      .split('\n\n')
      .filter((part) => part.startsWith(type === 'StoredState' ? '| field |' : '| member |'));
    const rows = tables.flatMap((table) =>
      [...table.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)/g)]),
    );
    expect(members.length).toBeGreaterThan(2);
    expect(rows.map(([, member]) => member).sort()).toEqual(members.sort());
  });

  it('has every check of the doctor', () => {
    const union = /check: (.*);/.exec(read('src/evaluator/doctor.ts'))?.[1] ?? '';
    const rows = [...sectionOf('DoctorReport').matchAll(/^\| `(\w+)` \| (?:the|they|events|there)/gm)].map(
      ([, check]) => check,
    );
    const checks = [...union.matchAll(/'(\w+)'/g)].map(([, check]) => check);
    expect(rows.filter((row) => checks.includes(row))).toEqual(checks);
  });

  it('has every state of a stream', () => {
    const union = /state: (.*);/.exec(read('src/stream/options.ts'))?.[1] ?? '';
    for (const [, state] of union.matchAll(/'(\w+)'/g)) expect(sectionOf('StreamStatus')).toContain(`\`${state}\``);
  });
});

describe('the store', () => {
  /** Returns the function of the example. */
  function sessionStore(): Store {
    const code = /```ts\n(.*?)^```/ms.exec(sectionOf('Store'))?.[1] ?? '';
    const functions = code.replace(/^import .*\n/m, '').replace(/^const evaluator.*$/m, '');
    const { code: javascript } = transformSync(functions, { loader: 'ts' });
    return new Function(`${javascript}; return sessionStore();`)() as Store;
  }

  it('keeps counts from page to page', async () => {
    const interventions: Intervention[] = [];
    for (let page = 1; page <= 4; ++page) {
      const evaluator = createEvaluator({ definitions, wasm, store: sessionStore() });
      evaluator.on('intervention', (intervention) => interventions.push(intervention));
      evaluator.track(view('/shop/shoes'));
      expect(await evaluator.attributes(domainUser)).toMatchObject({ visit: { views: page } });
      await evaluator.attributes(domainUser);
      expect((await evaluator.doctor()).problems).toEqual([]);
      evaluator.close();
      expect(interventions).toHaveLength(page < 3 ? 0 : 1);
    }
  });

  it('stores all or nothing', async () => {
    const store = sessionStore();
    const state: StoredState = {
      revision: 1,
      snapshot: new Uint8Array([1, 2]),
      applied: { page: 1 },
      outbox: [],
      started: ['a'],
    };
    await store.update('n', () => state);
    await expect(
      store.update('n', () => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await store.update('n', (stored) => {
      expect(stored).toEqual(state);
      return stored;
    });
    await store.update('other', (stored) => {
      expect(stored).toBeUndefined();
      return stored;
    });
    expect(sessionStorage.getItem('state of other')).toBeNull();
  });
});
