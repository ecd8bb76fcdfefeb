import { printable } from './printable.ts';

/**
 * The name of an error, such as ENOSPC or RuntimeError. An error's own text may show what was written or read; this does
 * not. An engine that aborts throws an empty string.
 */
export function errorCode(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  return printable(String(code ?? name ?? 'abort'));
}
