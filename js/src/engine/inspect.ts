// What is asked of an engine: all throw an EngineError of the code `options` for an attribute key that is none. Loaded by
// pages that ask.
import type { PageEngine } from './engine-base.js';
import { EngineError } from '../support/problem.js';
import type { AttributeKey, Attributes, Explanation } from '../types.js';

export function attributes(engine: PageEngine, key: AttributeKey, groupVersion = 0): Attributes {
  engine.ask('attributes', textsOf(key), groupVersion);
  return engine.result as Attributes;
}

export function explain(engine: PageEngine, intervention: string, key: AttributeKey): Explanation | undefined {
  const size = engine.ask('explain', [String(intervention), ...textsOf(key)]);
  return size === 0 ? undefined : (engine.result as Explanation);
}

export function forget(engine: PageEngine, key: AttributeKey): boolean {
  return engine.ask('forget', textsOf(key)) === 1;
}

export function textsOf(key: AttributeKey): string[] {
  if (typeof key?.name === 'string' && typeof key.id === 'string') return [key.name, key.id];
  throw new EngineError('options', 'An attribute key is {name, id}, both texts.');
}
