import type { Intervention } from './types.js';

/**
 * The values of a payload as texts, the only form that Snowplow's clients and schemas take (rule 24): texts as they are,
 * all else as JSON.
 */
export function stringAttributes(attributes: Intervention['attributes']): Record<string, string> {
  const texts = Object.entries(attributes).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(texts) as Record<string, string>;
}
