/** Returns the length of a value as JSON (bytes): what it takes on the disk, and about what it takes in memory. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
