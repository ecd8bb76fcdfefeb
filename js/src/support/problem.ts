// Errors and their messages.
import { attempt } from './attempt.js';
import type { Diagnostic, Problem, ProblemCode } from '../types.js';

/** The error that an engine's functions throw. A WebAssembly.RuntimeError instead of it means that the module broke. */
export class EngineError extends Error implements Problem {
  override readonly name = 'EngineError';
  readonly code: ProblemCode;
  /** The mistakes in the definitions, if the code is `definitions`. */
  readonly diagnostics: Diagnostic[];

  constructor(
    code: ProblemCode,
    message: string,
    { diagnostics = [], cause }: Pick<Problem, 'diagnostics' | 'cause'> = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.diagnostics = diagnostics;
  }
}

/**
 * True for errors with the code `options`. Compares the code, not the class: each bundled file has its own copy of
 * EngineError.
 */
export function isRefusal(error: unknown): error is EngineError {
  return (Object(error) as Partial<EngineError>).code === 'options';
}

/** Returns the message of an error, for any value that was thrown. Never throws. */
export function messageOf(error: unknown): string {
  const text = attempt(() => (error instanceof Error ? error.message : String(error)));
  return text || 'an error without a message';
}

/** Returns a problem with a line for each diagnostic of that severity; undefined if there are none. */
export function definitionsProblem(all: readonly Diagnostic[], severity: Diagnostic['severity']): Problem | undefined {
  const diagnostics = all.filter((diagnostic) => diagnostic.severity === severity);
  if (diagnostics.length === 0) return undefined;
  const lines = diagnostics.map(({ pointer, message }) => `\n${pointer}: ${message}`);
  return { code: 'definitions', message: `There are ${severity}s in the definitions:${lines.join('')}`, diagnostics };
}
