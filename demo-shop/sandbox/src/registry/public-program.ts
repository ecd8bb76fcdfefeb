// The published definitions as a compiled program.
import { build } from 'tripline/engine';

/** Compiles a bundle for browsers, and keeps the program until it is asked for another one. */
export class PublicProgram {
  #bundle: string | undefined;
  #program: Promise<Buffer> = Promise.resolve(Buffer.alloc(0));

  /** Rejects with an EngineError. The next call tries again then. */
  async of(bundle: string): Promise<Buffer> {
    if (bundle !== this.#bundle) {
      this.#bundle = bundle;
      this.#program = build(bundle).then((bytes) => Buffer.from(bytes));
    }
    try {
      return await this.#program;
    } catch (error) {
      if (bundle === this.#bundle) this.#bundle = undefined;
      throw error;
    }
  }
}
