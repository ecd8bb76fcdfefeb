import type { AttributeValue, Intervention } from '../types.js';

/**
 * The values of a payload as texts, the only form that Snowplow's clients and schemas take (rule 24): texts as they are,
 * all else as JSON.
 */
export function stringAttributes(attributes: Intervention['attributes']): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, stringOf(value)]));
}

export function stringOf(value: AttributeValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
