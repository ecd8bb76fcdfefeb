// Tells a compiled program from definitions in JSON.

/** True for the bytes of a compiled program. They begin with "TPLP", which no JSON does. */
export function isProgram(bytes: Uint8Array): boolean {
  return [84, 80, 76, 80].every((byte, at) => bytes[at] === byte);
}
