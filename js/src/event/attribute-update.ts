// Values for external attribute groups → a bound event for the event buffer.
import type { Field } from '../../dist/engine/tripline.js';
import type { BoundEvent, InputValue } from './inputs.js';
import { EngineError } from '../support/problem.js';
import { nilUuid } from '../support/random-id.js';
import type { AttributeUpdate } from '../types.js';

/**
 * Returns the update as a bound event: its values are the attribute key's name, then pairs of a field's number and its
 * value. `time` in ms. Throws an EngineError of the code `options` if the update does not fit the definitions.
 */
export function boundUpdate(fields: readonly Field[], update: AttributeUpdate, time: number): BoundEvent {
  const { attributeKey, attributes, group, version = newestVersion(fields, group) } = checkedUpdate(update);
  const values: InputValue[] = [attributeKey.name];
  for (const [name, value] of Object.entries(attributes)) {
    const field = fields.find((each) => each.group === group && each.version === version && each.name === name);
    if (!field) throw refusal(`There is no field "${name}" in version ${version} of the external group "${group}".`);
    if (field.attribute_key !== attributeKey.name) {
      throw refusal(`The group "${group}" has the attribute key "${field.attribute_key}", not "${attributeKey.name}".`);
    }
    values.push(field.attribute, checkedValue(name, value));
  }
  return { id: attributeKey.id, time, values };
}

/** Checks the form of an update, which may come from JavaScript or from storage. */
function checkedUpdate(update: AttributeUpdate): AttributeUpdate {
  const { group, attributeKey, attributes } = Object(update) as Partial<AttributeUpdate>;
  if (typeof group !== 'string') throw refusal('"group" must be the name of an external attribute group.');
  const { name, id } = Object(attributeKey) as Partial<AttributeUpdate['attributeKey']>;
  if (typeof name !== 'string' || typeof id !== 'string' || id === '' || id === nilUuid) {
    throw refusal('"attributeKey" must be {name, id}, with an id that is neither empty nor the all-zero UUID.');
  }
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) {
    throw refusal('"attributes" must be an object of values by field.');
  }
  return update;
}

function newestVersion(fields: readonly Field[], group: string): number {
  const versions = fields.filter((field) => field.group === group).map(({ version }) => version);
  if (versions.length === 0) throw refusal(`There is no external group "${group}" in the definitions.`);
  return Math.max(...versions);
}

function checkedValue(name: string, value: AttributeUpdate['attributes'][string]): InputValue {
  if (value === null || isScalar(value)) return value;
  if (typeof value === 'number') return null; // It is not finite, so it counts as missing (rule 1).
  if (Array.isArray(value) && value.every(isScalar)) return [...value];
  throw refusal(`The value of "${name}" must be a string, a number, a boolean, a list of these, or null.`);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || Number.isFinite(value) || typeof value === 'boolean';
}

function refusal(message: string): EngineError {
  return new EngineError('options', `The attributes cannot be set. ${message}`);
}
