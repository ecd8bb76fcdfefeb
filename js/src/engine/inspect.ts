// Questions to an engine, loaded by pages that ask them. All throw an EngineError of the code `options` for an
// attribute key of a wrong form. `listeners` get a warning about names that the definitions do not have.
import type { EngineBase } from './engine-base.js';
import type { Listeners } from '../support/listeners.js';
import { EngineError } from '../support/problem.js';
import type { AttributeKey, Attributes, Explanation } from '../types.js';

export function attributes(engine: EngineBase, key: AttributeKey, groupVersion = 0, listeners?: Listeners): Attributes {
  engine.ask('attributes', textsOf(key), groupVersion);
  warnOfUnknown(listeners, 'attribute key', key.name, engine.report.keys);
  return engine.result as Attributes;
}

export function explain(
  engine: EngineBase,
  intervention: string,
  key: AttributeKey,
  listeners?: Listeners,
): Explanation | undefined {
  const size = engine.ask('explain', [String(intervention), ...textsOf(key)]);
  if (size !== 0) return engine.result as Explanation;
  warnOfUnknown(listeners, 'intervention', String(intervention), engine.report.interventions);
  warnOfUnknown(listeners, 'attribute key', key.name, engine.report.keys);
  return undefined;
}

export function forget(engine: EngineBase, key: AttributeKey): boolean {
  return engine.ask('forget', textsOf(key)) === 1;
}

export function textsOf(key: AttributeKey): string[] {
  if (typeof key?.name === 'string' && typeof key.id === 'string') return [key.name, key.id];
  throw new EngineError('options', 'An attribute key must be {name, id}, both strings.');
}

type Named = readonly { name: string }[];

/** Warns that the definitions have nothing of that name, and names the nearest that they have. */
export function warnOfUnknown(listeners: Listeners | undefined, kind: string, name: string, known: Named): void {
  const names = known.map((each) => each.name);
  if (!listeners || names.includes(name)) return;
  const distances = names.map((each) => distance(name.toLowerCase(), each.toLowerCase()));
  const nearest = names[distances.indexOf(Math.min(...distances))];
  const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
  listeners.emit('warning', { code: 'options', message: `The definitions have no ${kind} "${name}"${hint}` });
}

/** Returns the number of letters to insert, delete or replace to turn one string into the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; ++j) {
      next.push(Math.min(row[j]! + Number(letter !== other[j]), row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}
