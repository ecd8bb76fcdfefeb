// What the browser does with the page, as far as it matters to handlers.

/** A navigation that has not replaced the page after so many ms was a download or was cancelled. */
const longestLeaving = 5000;

export class PageLife {
  readonly #ending = new AbortController();
  #leavingUntil = 0;

  /** `onBack` is called when the page can be seen again, be it from another tab or from the back/forward cache. */
  constructor(onBack: () => void, onLeave: () => void) {
    this.#on('beforeunload', () => {
      this.#leavingUntil = performance.now() + longestLeaving; // whatever becomes of the clock
    });
    this.#on('pagehide', onLeave);
    this.#on('pageshow', () => {
      this.#leavingUntil = 0;
      onBack();
    });
    // It bubbles up from the document.
    this.#on('visibilitychange', () => {
      if (!this.hidden) onBack();
    });
  }

  /** How many ms a navigation may still be about to replace the page: what is shown now would hardly be seen. */
  get leaving(): number {
    return Math.max(0, this.#leavingUntil - performance.now());
  }

  get hidden(): boolean {
    return globalThis.document?.visibilityState === 'hidden';
  }

  close(): void {
    this.#ending.abort();
  }

  #on(type: string, listener: () => void): void {
    globalThis.addEventListener?.(type, listener, { signal: this.#ending.signal });
  }
}
