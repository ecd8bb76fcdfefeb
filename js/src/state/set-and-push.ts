// Setting attributes, and pushing interventions. Loaded by pages that do either.
import { completeIntervention } from './direct-intervention.js';
import type { EngineBase } from '../engine/engine-base.js';
import { boundUpdate } from '../event/attribute-update.js';
import type { AttributeKey, AttributeUpdate, Intervention } from '../types.js';

export { completeIntervention };

/**
 * Sets fields of an external group, and returns the interventions that this triggers. Throws an EngineError of the code
 * `options`.
 */
export function setAttributes(
  engine: EngineBase,
  update: AttributeUpdate,
  now: number,
  time: number,
  held: readonly AttributeKey[],
): Intervention[] {
  return engine.applyUpdate(boundUpdate(engine.report.fields, update, time), now, held);
}
