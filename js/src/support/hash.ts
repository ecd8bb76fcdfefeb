/**
 * 64 bits of a string, as 14 characters, for what is only compared. Among the 2,000 that are remembered, a new string
 * equals another by chance once in 10^16 times; with 32 bits it would be once in two million, a banner a day on a large
 * site. FNV-1a in one half and multiplications with shifts in the other, so that what is equal in one differs in the other.
 */
export function hashOf(text: string): string {
  let first = 0x811c9dc5;
  let second = 0x9747b28c;
  for (let i = 0; i < text.length; ++i) {
    const unit = text.charCodeAt(i);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit, 0x5bd1e995);
    second ^= second >>> 15;
  }
  return digits(first) + digits(second);
}

function digits(half: number): string {
  return (half >>> 0).toString(36).padStart(7, '0');
}
