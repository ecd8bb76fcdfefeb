// Interventions that come ready-made: pushed by the page, or received from a server.
import { EngineError } from '../support/problem.js';
import { nilUuid, randomUuid } from '../support/random-id.js';
import type { Intervention } from '../types.js';

/** Adds the optional members. Throws an EngineError of the code `options` if `direct` is not an intervention. */
export function completeIntervention(direct: unknown): Intervention {
  const {
    name,
    version = 1,
    intervention_id: given,
    attributes = {},
    target_attribute_key: target,
  } = Object(direct) as Partial<Record<keyof Intervention, unknown>>;
  const intervention_id = given === undefined || given === nilUuid ? randomUuid() : given;
  if (!isText(name)) throw refusal('"name" must be a string that is not empty');
  if (!Number.isInteger(version)) throw refusal('"version" must be an integer');
  if (!isText(intervention_id)) throw refusal('"intervention_id" must be a string that is not empty');
  if (typeof attributes !== 'object' || Array.isArray(attributes)) throw refusal('"attributes" must be an object');
  const { name: key, id } = Object(target) as Partial<Record<string, unknown>>;
  if (!isText(key) || !isText(id) || id === nilUuid) throw refusal('"target_attribute_key" must be {name, id}');
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
  return new EngineError('options', `Invalid intervention: ${why}.`);
}
