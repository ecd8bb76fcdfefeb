import { printable } from './printable.ts';

/**
 * Returns the name of an error, such as ENOSPC or RuntimeError. Unlike the error's own message, it never shows data
 * that was read or written. An engine that aborts throws an empty string, which gives `abort`.
 */
export function errorCode(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  return printable(String(code ?? name ?? 'abort'));
}
