// Conversions of atomic fields, as Enrich makes them, to the type that each has (rule 2).

export function text(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  // Nearly all are clean, and a test of that is quicker than a replacement of nothing.
  const clean = /[\x00-\x1f\x7f]/.test(value)
    ? value.replace(/\t/g, '    ').replace(/[\x00-\x1f\x7f]/g, '')
    : value;
  return clean || undefined;
}

/** In JSON's grammar (rule 2). */
export function number(value: unknown): number | undefined {
  const digits = text(value) ?? '';
  return /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(digits) ? Number(digits) : undefined;
}

export function flag(value: unknown): boolean | undefined {
  const word = text(value) ?? '';
  return /^(1|true)$/.test(word) || (/^(0|false)$/.test(word) ? false : undefined);
}

/** What is beyond the range of Date counts as absent (rule 10). */
export function instant(value: unknown): Date | undefined {
  const ms = number(value);
  const date = new Date(Number.isInteger(ms) ? Number(ms) : NaN);
  return isNaN(+date) ? undefined : date;
}

export function address(value: unknown): string | undefined {
  return text(value)?.replace(/ /g, '%20');
}

/** A property of the object itself, none that it inherits. undefined: there is none, or the value is not an object. */
export function own(value: unknown, name: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (name === '__proto__' || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string | number, unknown>)[name];
}
