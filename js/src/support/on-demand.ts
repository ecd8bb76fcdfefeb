// Code that most pages do not need, in a file of its own.

export class OnDemand<Code> {
  readonly #load: () => Promise<Code>;
  readonly #onFailure: (cause: unknown) => void;
  #code: Code | null | undefined;
  /** Something waits for the code. */
  isWanted = false;

  /** `load` imports the file. */
  constructor(load: () => Promise<Code>, onFailure: (cause: unknown) => void) {
    this.#load = load;
    this.#onFailure = onFailure;
  }

  /** undefined: it was not loaded yet; null: it could not be loaded. */
  get code(): Code | null | undefined {
    return this.#code;
  }

  /** The code, loaded if it is not there. null: that failed, and `onFailure` was called. */
  async get(): Promise<Code | null> {
    this.isWanted = false;
    try {
      this.#code ??= await this.#load();
    } catch (cause) {
      this.#code = null;
      this.#onFailure(cause);
    }
    return this.#code;
  }
}
