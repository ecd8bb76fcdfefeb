// Where the sandbox keeps its state: a checkpoint, and the inputs since. A store for several nodes would implement this.
import type { Input } from './inputs.ts';
import type { StoredObject } from '../registry/registry.ts';
import type { ReplayEntry } from '../stream/replay-buffer.ts';
import type { Target } from '../types.ts';

/** The state after all inputs up to some number. */
export interface Checkpoint {
  /** The engine's snapshot. */
  readonly engine: Uint8Array;
  readonly objects: readonly StoredObject[];
}

/** An input at its place in the order of all since the checkpoint. */
export interface NumberedInput {
  readonly number: number;
  readonly input: Input;
}

/** An input on which the engine failed. It is kept for whoever looks into the failure, and takes no effect. */
export interface DeadLetter extends NumberedInput {
  /** When it failed (ms). */
  readonly at: number;
  /** The kind of the error, without what the input held. */
  readonly code: string;
}

export type DeadLetterSummary = Pick<DeadLetter, 'at' | 'code'>;

export interface StoredState {
  /** A secret that lives as long as the state. */
  readonly secret: Buffer;
  readonly checkpoint: Checkpoint | undefined;
  /** The interventions of the last minutes, oldest first. */
  readonly replayBuffer: readonly ReplayEntry[];
  /** What came after the checkpoint, in order. */
  readonly inputs: readonly NumberedInput[];
}

/** Every call that writes takes effect as a whole or, where it rejects, not at all; it can be tried again. */
export interface Store {
  /** Called once, before all else. */
  load(): Promise<StoredState>;

  /** Resolves, with the number of the first, when all inputs are on the disk, in order. */
  append(inputs: readonly Input[]): Promise<number>;

  /**
   * Replaces the checkpoint, forgets all inputs, keeps `entries` of the replay buffer, drops those with a number below `oldest`,
   * and erases the dead letters that name one of `forgotten`. No append may be under way.
   */
  checkpoint(checkpoint: Checkpoint, entries: readonly ReplayEntry[], oldest: number, forgotten: readonly Target[]): Promise<void>;

  /** Takes inputs out of those to replay and keeps them as dead letters; beyond a limit the oldest go. */
  bury(letters: readonly DeadLetter[]): Promise<void>;

  /** Of all dead letters, oldest first. */
  deadLetters(): readonly DeadLetterSummary[];

  close(): Promise<void>;
}
