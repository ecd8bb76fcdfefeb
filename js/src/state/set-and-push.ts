// What pages set and push. Loaded by those that do either.
import { completeIntervention } from './direct-intervention.js';
import type { PageEngine } from '../engine/engine-base.js';
import { boundPush } from '../event/attribute-update.js';
import type { AttributePush, Intervention } from '../types.js';
import type { Visitor } from './visitor.js';

export { completeIntervention };

/** Sets fields of an external group, and answers what that triggers. Throws an EngineError of the code `options`. */
export function setAttributes(
  engine: PageEngine,
  push: AttributePush,
  now: number,
  time: number,
  visitor: Visitor,
): Intervention[] {
  const bound = boundPush(engine.report.fields, push, time);
  visitor.ids.name(push.attributeKey);
  return engine.set(bound, now, visitor.held);
}
