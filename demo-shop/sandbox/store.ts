// Where the sandbox keeps its state: a checkpoint, and the inputs since. A store for several nodes would implement this.
import type { Input } from './inputs.ts';
import type { StoredObject } from './registry.ts';
import type { OutboxEntry } from './outbox.ts';

/** The state after all inputs up to some number. */
export interface Checkpoint {
  /** The engine's snapshot. */
  readonly engine: Uint8Array;
  readonly objects: readonly StoredObject[];
}

export interface StoredState {
  /** A secret that lives as long as the state. */
  readonly secret: Buffer;
  readonly checkpoint: Checkpoint | undefined;
  /** The interventions of the last minutes, oldest first. */
  readonly outbox: readonly OutboxEntry[];
  /** What came after the checkpoint, in order. */
  readonly inputs: readonly Input[];
}

export interface Store {
  /** Called once, before all else. */
  load(): Promise<StoredState>;

  /** Resolves when all inputs are on the disk, in order. All or none of them are. */
  append(inputs: readonly Input[]): Promise<void>;

  /**
   * Replaces the checkpoint, forgets all inputs, keeps `entries` in the outbox, and drops those with a number below
   * `oldest`: all at once or not at all. No append may be under way.
   */
  checkpoint(checkpoint: Checkpoint, entries: readonly OutboxEntry[], oldest: number): Promise<void>;

  close(): Promise<void>;
}
