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
  readonly #listener: PageListener;
  #leavingUntil = 0;

  constructor(listener: PageListener) {
    this.#listener = listener;
    globalThis.addEventListener?.('beforeunload', this.#leave);
    globalThis.addEventListener?.('pageshow', this.#show);
    globalThis.document?.addEventListener('visibilitychange', this.#see);
  }

  /** How many ms a navigation may still be about to replace the page: what is shown now would hardly be seen. */
  get leaving(): number {
    return Math.max(0, this.#leavingUntil - Date.now());
  }

  get hidden(): boolean {
    return globalThis.document?.visibilityState === 'hidden';
  }

  close(): void {
    globalThis.removeEventListener?.('beforeunload', this.#leave);
    globalThis.removeEventListener?.('pageshow', this.#show);
    globalThis.document?.removeEventListener('visibilitychange', this.#see);
  }

  #leave = (): void => {
    this.#leavingUntil = Date.now() + longestLeaving;
  };

  #show = (event: Event): void => {
    if (!(event as PageTransitionEvent).persisted) return;
    this.#leavingUntil = 0;
    this.#listener.onReturn();
  };

  #see = (): void => {
    if (!this.hidden) this.#listener.onVisible();
  };
}
