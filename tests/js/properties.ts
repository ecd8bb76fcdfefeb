// The duration for which a property is tested on random cases.
import { interruptAfterTimeLimit, type Parameters } from 'fast-check';

/** About a second, or TRIPLINE_PROPERTY_SECONDS. A failure prints the seed and path that repeat it. */
export function duration(): Parameters<unknown> {
  const seconds = Number(process.env['TRIPLINE_PROPERTY_SECONDS'] ?? 0);
  return seconds > 0
    ? { numRuns: Number.MAX_SAFE_INTEGER, plugins: [interruptAfterTimeLimit(seconds * 1000)] }
    : { numRuns: 300 };
}
