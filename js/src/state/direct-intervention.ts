// Interventions that come ready-made.
import { EngineError } from '../support/problem.js';
import { nilUuid, randomUuid } from '../support/random-id.js';
import type { Intervention } from '../types.js';

/** With what may be left out. Throws an EngineError of the code `options` if it is no intervention. */
export function completeIntervention(direct: unknown): Intervention {
  const {
    name,
    version = 1,
    intervention_id = randomUuid(),
    attributes = {},
    target_attribute_key: target,
  } = Object(direct) as Partial<Record<keyof Intervention, unknown>>;
  if (!isText(name)) throw refusal('its "name" is missing');
  if (!Number.isInteger(version)) throw refusal('its "version" is no whole number');
  if (!isText(intervention_id)) throw refusal('its "intervention_id" is no text');
  if (typeof attributes !== 'object' || Array.isArray(attributes)) throw refusal('its "attributes" are no object');
  const { name: key, id } = Object(target) as Partial<Record<string, unknown>>;
  if (!isText(key) || !isText(id) || id === nilUuid) throw refusal('its "target_attribute_key" is not {name, id}');
  return {
    intervention_id,
    name,
    version: version as number,
    attributes: (attributes ?? {}) as Intervention['attributes'],
    target_attribute_key: { name: key, id },
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function refusal(why: string): EngineError {
  return new EngineError('options', `That is no intervention: ${why}.`);
}
