// Listeners for `error`, `warning` and `expired`. An error that nobody listens for goes to the console.
import { attempt } from './attempt.js';
import type { Intervention, Problem, ProblemCode } from '../types.js';

export interface Emitted {
  /** A failure. Without a listener it goes to the console, once for each code. */
  error: Problem;
  /** A limitation: evaluation goes on, but less well than it could. */
  warning: Problem;
  /** An intervention that found no handler in time. */
  expired: Intervention;
}

const mostProblems = 50;

type Listener<Name extends keyof Emitted> = (value: Emitted[Name]) => unknown;
type ListenersByName = { [Name in keyof Emitted]: Set<Listener<Name>> };

export class Listeners {
  readonly #listeners: ListenersByName = { error: new Set(), warning: new Set(), expired: new Set() };
  readonly #inConsole = new Set<ProblemCode>();
  readonly #problems = new Map<string, Problem>();

  /** The errors and warnings that were emitted, each once; at most 50. */
  get problems(): Problem[] {
    return [...this.#problems.values()];
  }

  /** Returns a function that removes the listener. */
  on<Name extends keyof Emitted>(name: Name, listener: Listener<Name>): () => void {
    const listeners: Set<Listener<Name>> | undefined = this.#listeners[name];
    listeners?.add(listener);
    return () => listeners?.delete(listener);
  }

  /** Never throws. */
  emit<Name extends keyof Emitted>(name: Name, value: Emitted[Name]): void {
    const listeners: Set<Listener<Name>> = this.#listeners[name];
    if (name !== 'expired') this.#remember(value as Problem);
    callEach(listeners, value);
    if (name === 'error' && listeners.size === 0) this.#log(value as Problem);
  }

  /** Emits an error and returns undefined, so that callers can return its result. Never throws. */
  fail(code: ProblemCode, message: string, cause?: unknown): undefined {
    this.emit('error', { code, message, cause });
  }

  #remember(problem: Problem): void {
    if (this.#problems.size < mostProblems) this.#problems.set(problem.message, problem);
  }

  #log({ code, message, cause }: Problem): void {
    if (this.#inConsole.has(code)) return;
    this.#inConsole.add(code);
    // In some browsers a stack begins with the error's message, which is in this one already.
    const stack = attempt(() => (cause as Error).stack?.replace(String(cause), ''));
    console.error(`tripline: ${message}`, ...(stack ? [stack] : []));
  }
}

/** Calls each listener, also if another throws. */
export function callEach<Value>(listeners: Iterable<(value: Value) => unknown>, value: Value): void {
  for (const listener of listeners) {
    try {
      listener(value);
    } catch (error) {
      console.error('tripline: a listener failed:', error);
    }
  }
}
