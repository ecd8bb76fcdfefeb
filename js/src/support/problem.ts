// What is said when something does not work.
import { attempt } from './attempt.js';
import type { Diagnostic, Problem, ProblemCode } from '../types.js';

/** What an engine's functions throw or reject with, but for a WebAssembly.RuntimeError: the module broke then. */
export class EngineError extends Error implements Problem {
  override readonly name = 'EngineError';
  readonly code: ProblemCode;
  /** Of the code `definitions`. */
  readonly diagnostics: Diagnostic[];

  constructor(code: ProblemCode, message: string, { diagnostics = [], cause }: Pick<Problem, 'diagnostics' | 'cause'> = {}) {
    super(message, { cause });
    this.code = code;
    this.diagnostics = diagnostics;
  }
}

/** Whether something was asked that cannot be; also for an error of a file that has a class of its own. */
export function isRefusal(error: unknown): error is EngineError {
  return (Object(error) as Partial<EngineError>).code === 'options';
}

/** What an error says, whatever was thrown. Never throws. */
export function messageOf(error: unknown): string {
  const text = attempt(() => (error instanceof Error ? error.message : String(error)));
  return text || 'an error without a text';
}

/** A line for each diagnostic of that severity; undefined: there is none. */
export function definitionsProblem(all: readonly Diagnostic[], severity: Diagnostic['severity']): Problem | undefined {
  const diagnostics = all.filter((diagnostic) => diagnostic.severity === severity);
  if (diagnostics.length === 0) return undefined;
  const lines = diagnostics.map(({ pointer, message }) => `\n${pointer}: ${message}`);
  return { code: 'definitions', message: `There are ${severity}s in the definitions:${lines.join('')}`, diagnostics };
}
