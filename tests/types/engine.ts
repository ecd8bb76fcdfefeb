// Uses of `tripline/engine` that must compile, and, after @ts-expect-error, uses that must not. Nothing here runs.
import {
  build,
  check,
  EngineError,
  loadEngine,
  stringAttributes,
  type Diagnostic,
  type Engine,
  type Explanation,
  type TriggeredIntervention,
} from 'tripline/engine';

const engine: Engine = await loadEngine({ definitions: new URL('file:///definitions.json') });
await loadEngine({ definitions: {}, wasm: new Uint8Array(8), limits: { profiles: 10, sentMarks: 20, eventIds: 30 } });
// @ts-expect-error: definitions are missing
await loadEngine({});
// @ts-expect-error: there is no such limit
await loadEngine({ definitions: {}, limits: { users: 5 } });
// @ts-expect-error: an engine is loaded, not constructed
new Engine();

const fired: TriggeredIntervention[] = engine.process({ e: 'pv', eid: '1' }, Date.now());
fired.map(({ triggered_at, attributes }) => [triggered_at.slice(0, 10), stringAttributes(attributes)['g:a']?.length]);
engine.process({ e: 'pv' }, Date.now(), { receivedAt: 5, held: [{ name: 'user_id', id: '1' }] });
engine.process({ e: 'pv' }, Date.now(), { receivedAt: undefined });
// @ts-expect-error: a time is a number of ms
engine.process({ e: 'pv' }, Date.now(), { receivedAt: new Date() });
// @ts-expect-error: the engine has no clock of its own
engine.process({ e: 'pv' });

engine.setAttributes(
  { group: 'g', attributeKey: { name: 'user_id', id: '1' }, attributes: { a: 1, b: ['x'], c: null } },
  5,
  4,
);
// @ts-expect-error: the attribute key is missing
engine.push({ group: 'g', attributes: { a: 1 } }, 5);
// @ts-expect-error: an object is not a value
engine.push({ group: 'g', attributeKey: { name: 'user_id', id: '1' }, attributes: { a: {} } }, 5);

engine.advance(5).length;
engine.advance(5, [{ name: 'user_id', id: '1' }]).length;
engine.process({ e: 'pv' }, 5, { held: [] });
// @ts-expect-error: an id needs the name of its attribute key
engine.advance(5, ['1']);
const clock: number | undefined = engine.clock;
const times: number[] = [engine.nextDeadline, engine.nextDeadlineOf([{ name: 'user_id', id: '1' }])];
void [times, clock];
// @ts-expect-error: it is read-only
engine.clock = 5;

const explanation: Explanation | undefined = engine.explain('discount', { name: 'user_id', id: '1' });
if (explanation && 'attribute' in explanation.criteria) explanation.criteria.current;
engine.restore(engine.snapshot());
engine.rebase(5);
engine.clear();
engine.release();

const diagnostics: Diagnostic[] = await check({ interventions: [] });
await check('https://example.com/definitions.json', { wasm: '/tripline.wasm' });
void diagnostics;

// A program: its bytes, or its address.
const program: Uint8Array = await build({ interventions: [] });
await loadEngine({ definitions: program });
await loadEngine({ definitions: '/shop.tripline', wasm: { runtime: '/tripline-runtime.wasm', compiler: undefined } });
await build('/definitions.json', { wasm: { compiler: new URL('file:///tripline.wasm') } });
// @ts-expect-error: definitions are missing
await build();

export const pointers = (error: unknown): string[] =>
  error instanceof EngineError && error.code === 'definitions' ? error.diagnostics.map(({ pointer }) => pointer) : [];
