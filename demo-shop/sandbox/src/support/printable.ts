/**
 * Makes a string from outside safe for a terminal. Control characters, which could move the cursor or change the
 * display, are escaped as in JSON (`\u001b`). Line ends stay.
 */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
