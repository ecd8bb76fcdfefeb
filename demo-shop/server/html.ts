const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that is known to be safe: `escaped` inserts it unchanged. */
export class Markup {
  constructor(readonly text: string) {}
}

/**
 * A template tag for markup. Escapes every value, in element content and in quoted attributes, except `Markup`.
 */
export function escaped(strings: TemplateStringsArray, ...values: readonly (string | number | Markup)[]): string {
  return String.raw({ raw: strings }, ...values.map(escapeValue));
}

/** Joins strings that `escaped` returned. */
export function join(pieces: readonly string[]): Markup {
  return new Markup(pieces.join(''));
}

function escapeValue(value: string | number | Markup): string {
  return value instanceof Markup ? value.text : String(value).replace(/[&<>"']/g, (character) => entities[character]!);
}
