// Who listens to what is to be said, and who hears it when nobody does.
import { attempt } from './attempt.js';
import type { Intervention, Problem, ProblemCode } from '../types.js';

export interface Announcements {
  /** Something does not work. Where nobody listens, the console says it, once per code. */
  error: Problem;
  /** Something works less well than it could. */
  warning: Problem;
  /** An intervention that found no handler in time. */
  expired: Intervention;
}

/** So many problems are remembered. */
const mostProblems = 50;

type Listener<Name extends keyof Announcements> = (value: Announcements[Name]) => unknown;
type Listeners = { [Name in keyof Announcements]: Set<Listener<Name>> };

export class Announcer {
  readonly #listeners: Listeners = { error: new Set(), warning: new Set(), expired: new Set() };
  readonly #saidInConsole = new Set<ProblemCode>();
  readonly #problems = new Map<string, Problem>();

  /** What was said so far, each once. */
  get problems(): Problem[] {
    return [...this.#problems.values()];
  }

  /** Answers a function that ends the listening. */
  on<Name extends keyof Announcements>(name: Name, listener: Listener<Name>): () => void {
    const listeners: Set<Listener<Name>> | undefined = this.#listeners[name];
    listeners?.add(listener);
    return () => listeners?.delete(listener);
  }

  /** Never throws. */
  say<Name extends keyof Announcements>(name: Name, value: Announcements[Name]): void {
    const listeners: Set<Listener<Name>> = this.#listeners[name];
    if (name !== 'expired') this.#remember(value as Problem);
    tell(listeners, value);
    if (name === 'error' && listeners.size === 0) this.#sayInConsole(value as Problem);
  }

  #remember(problem: Problem): void {
    if (this.#problems.size < mostProblems) this.#problems.set(problem.message, problem);
  }

  #sayInConsole({ code, message, cause }: Problem): void {
    if (this.#saidInConsole.has(code)) return;
    this.#saidInConsole.add(code);
    // In some browsers a stack begins with the error's message, which is in this one already.
    const stack = attempt(() => (cause as Error).stack?.replace(String(cause), ''));
    console.error(`tripline: ${message}`, ...(stack ? [stack] : []));
  }
}

/** Calls each: what one throws is nobody else's trouble. */
export function tell<Value>(listeners: Iterable<(value: Value) => unknown>, value: Value): void {
  for (const listener of listeners) {
    try {
      listener(value);
    } catch (error) {
      console.error('tripline: a listener failed:', error);
    }
  }
}
