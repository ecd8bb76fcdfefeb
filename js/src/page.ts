// What the browser does with the page, as far as it matters to handlers.

/** A navigation that has not replaced the page after so many ms was a download or was cancelled. */
const longestLeaving = 5000;

export class PageLife {
  readonly #onReturn: () => void;
  #leavingSince = -Infinity;

  /** `onReturn` is called when the page comes back from the back/forward cache. */
  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
    globalThis.addEventListener?.('beforeunload', this.#leave);
    globalThis.addEventListener?.('pageshow', this.#show);
  }

  /** In ms, for how long a navigation may still be about to replace the page: what is shown now would hardly be seen. */
  get leaving(): number {
    return Math.max(0, this.#leavingSince + longestLeaving - Date.now());
  }

  get hidden(): boolean {
    return globalThis.document?.visibilityState === 'hidden';
  }

  close(): void {
    globalThis.removeEventListener?.('beforeunload', this.#leave);
    globalThis.removeEventListener?.('pageshow', this.#show);
  }

  #leave = (): void => {
    this.#leavingSince = Date.now();
  };

  #show = (event: Event): void => {
    if (!(event as PageTransitionEvent).persisted) return;
    this.#leavingSince = -Infinity;
    this.#onReturn();
  };
}
