// Conversions of atomic fields, as Enrich makes them, to the type that each has (rule 2).

/** Reads a string without control characters. A number that is not finite counts as missing (rule 1). */
export function text(value: unknown): string | undefined {
  if (typeof value === 'boolean' || Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return undefined;
  // Testing first is faster: nearly all strings are clean.
  const clean = /[\x00-\x1f\x7f]/.test(value) ? value.replace(/\t/g, '    ').replace(/[\x00-\x1f\x7f]/g, '') : value;
  return clean || undefined;
}

/** Returns a scalar as it came, with its control characters; for anything else a string without a number or a flag. */
function word(value: unknown): string {
  return typeof value === 'object' ? '' : String(value);
}

/** Reads a number in JSON's grammar (rule 2). */
export function number(value: unknown): number | undefined {
  const digits = word(value);
  return /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(digits) ? Number(digits) : undefined;
}

export function flag(value: unknown): boolean | undefined {
  return /^(1|true)$/.test(word(value)) || (/^(0|false)$/.test(word(value)) ? false : undefined);
}

/** Reads whole milliseconds. A time beyond the range of Date counts as absent (rule 10). */
export function milliseconds(value: unknown): number | undefined {
  const ms = number(value);
  return Number.isInteger(ms) && Math.abs(ms!) <= 8.64e15 ? ms : undefined;
}

export function instant(value: unknown): Date | undefined {
  const ms = milliseconds(value);
  return ms === undefined ? undefined : new Date(ms);
}

export function address(value: unknown): string | undefined {
  return text(value)?.replace(/ /g, '%20');
}

/** Returns the object's own property, never an inherited one; undefined if it has none, or is not an object. */
export function own(value: unknown, name: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (name === '__proto__' || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string | number, unknown>)[name];
}
