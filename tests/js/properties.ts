// For how long a property is tried on random cases.
import type { Parameters } from 'fast-check';

/** A second or so; with TRIPLINE_PROPERTY_SECONDS, that long. A failure names the seed and path that repeat it. */
export function duration(): Parameters<unknown> {
  const seconds = Number(process.env['TRIPLINE_PROPERTY_SECONDS'] ?? 0);
  return seconds > 0
    ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000, markInterruptAsFailure: false }
    : { numRuns: 300 };
}
