// Who listens to what is to be said, and who hears it when nobody does.
import type { Intervention, Problem, ProblemCode } from './types.js';

export interface Announcements {
  /** Something does not work. Where nobody listens, the console says it, once per code. */
  error: Problem;
  /** Something works less well than it could. */
  warning: Problem;
  /** An intervention that found no handler in time. */
  expired: Intervention;
}

type Listener<Name extends keyof Announcements> = (value: Announcements[Name]) => unknown;
type Listeners = { [Name in keyof Announcements]: Set<Listener<Name>> };

export class Announcer {
  readonly #listeners: Listeners = { error: new Set(), warning: new Set(), expired: new Set() };
  readonly #saidInConsole = new Set<ProblemCode>();

  /** Answers a function that ends the listening. */
  on<Name extends keyof Announcements>(name: Name, listener: Listener<Name>): () => void {
    const listeners: Set<Listener<Name>> | undefined = this.#listeners[name];
    listeners?.add(listener);
    return () => listeners?.delete(listener);
  }

  /** Never throws. */
  say<Name extends keyof Announcements>(name: Name, value: Announcements[Name]): void {
    const listeners: Set<Listener<Name>> = this.#listeners[name];
    for (const listener of listeners) {
      try {
        listener(value);
      } catch (error) {
        console.error('tripline: a listener failed:', error);
      }
    }
    if (name === 'error' && listeners.size === 0) this.#sayInConsole(value as Problem);
  }

  #sayInConsole({ code, message, cause }: Problem): void {
    if (this.#saidInConsole.has(code)) return;
    this.#saidInConsole.add(code);
    console.error(`tripline: ${message}`, ...(cause === undefined ? [] : [cause]));
  }
}
