const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that is known to be safe, to be put into an `escaped` template as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

/**
 * A template tag for markup: every value is escaped, for element content and for quoted attributes, unless it is
 * `Markup`.
 */
export function escaped(strings: TemplateStringsArray, ...values: readonly (string | number | Markup)[]): string {
  return String.raw({ raw: strings }, ...values.map(escapeValue));
}

/** Joins pieces that `escaped` made. */
export function join(pieces: readonly string[]): Markup {
  return new Markup(pieces.join(''));
}

function escapeValue(value: string | number | Markup): string {
  return value instanceof Markup ? value.text : String(value).replace(/[&<>"']/g, (character) => entities[character]!);
}
