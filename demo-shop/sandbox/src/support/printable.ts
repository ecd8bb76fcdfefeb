/**
 * A text that may come from outside, for a terminal: control characters, which could move the cursor or change what is
 * shown, are written as in JSON (`\u001b`). Line ends stay.
 */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
