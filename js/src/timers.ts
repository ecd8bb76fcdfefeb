// Wakes the page when time alone may trigger an intervention: a window that empties, an age that passes a threshold.

/** setTimeout fires at once beyond this (ms): 2^31 - 1, nearly 25 days. */
const longestWait = 2 ** 31 - 1;

export class DeadlineTimer {
  readonly #onDue: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `onDue` is called at the deadline or a little later; for a far one also before, and it must be set again then. */
  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  /** `deadline`: host clock in ms; Infinity: none. Replaces what was set before. */
  set(deadline: number): void {
    clearTimeout(this.#timer);
    if (deadline === Infinity) return;
    const wait = Math.min(Math.max(deadline - Date.now(), 1), longestWait);
    this.#timer = setTimeout(this.#onDue, wait);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
