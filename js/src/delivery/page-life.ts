// The page's visibility and navigation, as far as they matter to handlers.

/** A navigation that has not replaced the page after this time (ms) was a download or was cancelled. */
const longestLeaving = 5000;

export class PageLife {
  readonly #ending = new AbortController();
  #leavingUntil = 0;

  /** `onBack` is called when the page is visible again, after another tab or from the back/forward cache. */
  constructor(onBack: () => void, onLeave: () => void) {
    this.#on('beforeunload', () => {
      this.#leavingUntil = performance.now() + longestLeaving; // not the device's clock, which may be set
    });
    this.#on('pagehide', onLeave);
    this.#on('pageshow', () => {
      this.#leavingUntil = 0;
      onBack();
    });
    // The event bubbles up from the document.
    this.#on('visibilitychange', () => {
      if (!this.hidden) onBack();
    });
  }

  /** Time for which a navigation may still replace the page (ms). A banner shown during it would hardly be seen. */
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
