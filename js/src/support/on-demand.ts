// Code that most pages do not need, in a file of its own.

export class OnDemand<Code> {
  readonly #load: () => Promise<Code>;
  readonly #onFailure: (cause: unknown) => void;
  #code: Code | null | undefined;
  /** True while a call waits for the code. */
  isWanted = false;

  /** `load` imports the file. */
  constructor(load: () => Promise<Code>, onFailure: (cause: unknown) => void) {
    this.#load = load;
    this.#onFailure = onFailure;
  }

  /** The code; undefined if it was not loaded yet, null if it could not be loaded. */
  get code(): Code | null | undefined {
    return this.#code;
  }

  /** Loads the code once and returns it; null if that failed, after a call of `onFailure`. */
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
