// The interface of what keeps the state: a checkpoint, and the inputs since. A store for several nodes would implement
// it.
import type { EventLogSnapshot } from './event-logs.ts';
import type { Input } from './inputs.ts';
import type { StoredObject } from '../registry/registry.ts';
import type { ReplayEntry } from '../stream/replay-buffer.ts';
import type { Target } from '../types.ts';

/** The state after some number of inputs. */
export interface Checkpoint {
  /** The engine's snapshot. */
  readonly engine: Uint8Array;
  readonly objects: readonly StoredObject[];
  readonly eventLogs: EventLogSnapshot;
}

/** An input at its place in the order of all since the checkpoint. */
export interface NumberedInput {
  readonly number: number;
  readonly input: Input;
}

/** An input on which the engine failed. It has no effect, and is kept so that the failure can be examined. */
export interface DeadLetter extends NumberedInput {
  /** The time of the failure (ms). */
  readonly at: number;
  /** The kind of the error, without the input's content. */
  readonly code: string;
}

export type DeadLetterSummary = Pick<DeadLetter, 'at' | 'code'>;

export interface StoredState {
  /** A secret that lives as long as the state. */
  readonly secret: Buffer;
  readonly checkpoint: Checkpoint | undefined;
  /** The interventions of the last minutes, oldest first. */
  readonly replayBuffer: readonly ReplayEntry[];
  /** The inputs after the checkpoint, in order. They are read one by one, before the first call that writes. */
  readonly inputs: Iterable<NumberedInput>;
}

/** Every call that writes takes effect as a whole or, if it rejects, not at all; it can then be made again. */
export interface Store {
  /** Called once, before all other calls. */
  load(): Promise<StoredState>;

  /** Resolves with the number of the first input when all inputs are on the disk, in order. */
  append(inputs: readonly Input[]): Promise<number>;

  /**
   * Replaces the checkpoint, forgets all inputs, keeps `entries` of the replay buffer, drops those with a number below
   * `oldest`, and erases the dead letters that name one of `forgotten`. Do not call it during an append.
   */
  checkpoint(
    checkpoint: Checkpoint,
    entries: readonly ReplayEntry[],
    oldest: number,
    forgotten: readonly Target[],
  ): Promise<void>;

  /** Moves inputs from those to replay to the dead letters. Beyond a limit, the oldest dead letters are dropped. */
  bury(letters: readonly DeadLetter[]): Promise<void>;

  /** Summaries of all dead letters, oldest first. */
  deadLetters(): readonly DeadLetterSummary[];

  close(): Promise<void>;
}
