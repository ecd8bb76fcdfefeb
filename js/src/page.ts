// What the browser does with the page, as far as it matters to handlers and journal.

/** A navigation that has not replaced the page after so many ms was a download or was cancelled. */
const longestLeaving = 5000;

export interface PageListener {
  /** The page comes back from the back/forward cache. */
  onReturn(): void;
  /** The page can be seen again. */
  onVisible(): void;
}

export class PageLife {
  readonly #ending = new AbortController();
  #leavingUntil = 0;

  constructor(listener: PageListener) {
    this.#on('beforeunload', () => {
      this.#leavingUntil = Date.now() + longestLeaving;
    });
    this.#on('pageshow', (event) => {
      if (!(event as PageTransitionEvent).persisted) return;
      this.#leavingUntil = 0;
      listener.onReturn();
    });
    // It bubbles up from the document.
    this.#on('visibilitychange', () => {
      if (!this.hidden) listener.onVisible();
    });
  }

  /** How many ms a navigation may still be about to replace the page: what is shown now would hardly be seen. */
  get leaving(): number {
    return Math.max(0, this.#leavingUntil - Date.now());
  }

  get hidden(): boolean {
    return globalThis.document?.visibilityState === 'hidden';
  }

  close(): void {
    this.#ending.abort();
  }

  #on(type: string, listener: (event: Event) => void): void {
    globalThis.addEventListener?.(type, listener, { signal: this.#ending.signal });
  }
}
