// crypto.randomUUID is missing on plain http.

/** The UUID that trackers send in place of an id that they do not have; it counts as none (rules 15 and 17). */
export const nilUuid = '00000000-0000-0000-0000-000000000000';

/** Returns 32 hexadecimal digits. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Returns a UUID of version 4. */
export function randomUuid(): string {
  return randomId().replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}
