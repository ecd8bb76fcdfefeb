// Setting attributes, and pushing interventions. Loaded by pages that do either.
import { completeIntervention } from './direct-intervention.js';
import type { EngineBase } from '../engine/engine-base.js';
import { boundUpdate } from '../event/attribute-update.js';
import type { AttributeUpdate, Intervention } from '../types.js';
import type { Visitor } from './visitor.js';

export { completeIntervention };

/** Sets fields of an external group, and returns what that triggers. Throws an EngineError of the code `options`. */
export function setAttributes(
  engine: EngineBase,
  update: AttributeUpdate,
  now: number,
  time: number,
  visitor: Visitor,
): Intervention[] {
  const bound = boundUpdate(engine.report.fields, update, time);
  visitor.ids.name(update.attributeKey);
  return engine.applyUpdate(bound, now, visitor.held);
}
