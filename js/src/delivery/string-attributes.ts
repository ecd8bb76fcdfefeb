import type { AttributeValue, Intervention } from '../types.js';

/**
 * Returns the attribute values as strings, the only form that Snowplow's clients and schemas take (rule 24): strings as
 * they are, all other values as JSON.
 */
export function stringAttributes(attributes: Intervention['attributes']): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, stringOf(value)]));
}

export function stringOf(value: AttributeValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
