// Finds ids in inputs by their value.
import { comparable, engineId } from '../types.ts';

const jsonMembers = new Set(['ue_pr', 'co']);
const base64Members = new Set(['ue_px', 'cx']);

/**
 * Finds an id anywhere in an event or another input, since any property may hold the id of a key that is not built in.
 * Only a whole value counts: `7` is not in `17`. Values and the id are compared as the engine reads them.
 */
export function names(input: unknown, id: string): boolean {
  const wanted = comparable(engineId(id));
  const waiting: unknown[] = [input];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'object' && value !== null) for (const member of membersOf(value)) waiting.push(member);
    else if (value !== null && value !== undefined && comparable(engineId(String(value))) === wanted) return true;
  }
  return false;
}

function* membersOf(value: object): Generator {
  for (const [name, member] of Object.entries(value)) {
    yield member;
    if (typeof member !== 'string') continue;
    if (jsonMembers.has(name)) yield parsed(member);
    if (base64Members.has(name)) yield parsed(Buffer.from(member, 'base64url').toString());
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
