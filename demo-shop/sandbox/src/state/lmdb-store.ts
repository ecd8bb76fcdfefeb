// The store of a single node: an embedded database in one folder.
import { open, type Database, type RootDatabase } from 'lmdb';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { readStored, type Input, type StoredInput } from './inputs.ts';
import type { ReplayEntry } from '../stream/replay-buffer.ts';
import { names } from '../collector/payload-ids.ts';
import type { Checkpoint, DeadLetter, DeadLetterSummary, NumberedInput, Store, StoredState } from './store.ts';
import type { Target } from '../types.ts';

type BuriedInput = DeadLetterSummary & { readonly input: Input };

/** The database of a sandbox's folder. */
export function databaseFolder(folder: string): string {
  return join(folder, 'state');
}

/** Opens the database with the sandbox's settings; creates it if there is none. */
export function openDatabase(folder: string): RootDatabase {
  // Without overlapping, a write's promise resolves when it is on the disk, not when it is visible. With batches of its
  // own, the library rejects an unhandled promise when a write fails, which ends the process.
  return open({ path: databaseFolder(folder), overlappingSync: false, eventTurnBatching: false, maxDbs: 4 });
}

export class LmdbStore implements Store {
  readonly #root: RootDatabase;
  /** The key is a number that grows. */
  readonly #inputs: Database<StoredInput, number>;
  readonly #replayBuffer: Database<ReplayEntry, number>;
  /** The key is a number of their own, which grows. */
  readonly #letters: Database<BuriedInput, number>;
  readonly #state: Database<Buffer, string>;
  readonly #mostLetters: number;
  #nextInput = 0;
  #summaries: readonly DeadLetterSummary[] = [];

  constructor(folder: string, mostLetters: number) {
    this.#root = openDatabase(folder);
    this.#inputs = this.#root.openDB({ name: 'inputs', encoding: 'json' });
    // The table keeps the name that it had in the first version.
    this.#replayBuffer = this.#root.openDB({ name: 'outbox', encoding: 'json' });
    this.#letters = this.#root.openDB({ name: 'letters', encoding: 'json' });
    this.#state = this.#root.openDB({ name: 'state', encoding: 'binary' });
    this.#mostLetters = mostLetters;
  }

  async load(): Promise<StoredState> {
    const numbers = [...this.#inputs.getKeys()];
    this.#nextInput = (numbers.at(-1) ?? -1) + 1;
    this.#summarise();
    return {
      secret: await this.#secret(),
      checkpoint: this.#checkpoint(),
      replayBuffer: [...this.#replayBuffer.getRange()].map(({ value }) => value),
      inputs: this.#read(numbers),
    };
  }

  async append(inputs: readonly Input[]): Promise<number> {
    const first = this.#nextInput;
    this.#nextInput += inputs.length;
    await this.#write(() => inputs.map((input, index) => this.#inputs.put(first + index, input)));
    return first;
  }

  async checkpoint(
    checkpoint: Checkpoint,
    entries: readonly ReplayEntry[],
    oldest: number,
    forgotten: readonly Target[],
  ): Promise<void> {
    await this.#write(() => {
      const writes = [
        this.#state.put('engine', Buffer.from(checkpoint.engine)),
        this.#state.put('objects', Buffer.from(JSON.stringify(checkpoint.objects))),
        this.#state.put('event_logs', Buffer.from(JSON.stringify(checkpoint.eventLogs))),
        ...entries.map((entry) => this.#replayBuffer.put(entry.number, entry)),
        ...[...this.#replayBuffer.getKeys({ end: oldest })].map((number) => this.#replayBuffer.remove(number)),
        ...this.#lettersOf(forgotten).map((number) => this.#letters.remove(number)),
      ];
      // Dropping the whole table costs its pages; removing inputs one by one made others wait.
      this.#inputs.clearSync();
      return writes;
    });
    if (forgotten.length > 0) this.#summarise();
  }

  async bury(letters: readonly DeadLetter[]): Promise<void> {
    await this.#write(() => {
      const last = [...this.#letters.getKeys({ reverse: true, limit: 1 })][0] ?? 0;
      const writes = letters.flatMap(({ number, ...letter }, index) => [
        this.#letters.put(last + 1 + index, letter),
        this.#inputs.remove(number),
      ]);
      const surplus = Math.max(this.#letters.getKeysCount() - this.#mostLetters, 0);
      const oldest = [...this.#letters.getKeys({ limit: surplus })];
      return [...writes, ...oldest.map((number) => this.#letters.remove(number))];
    });
    this.#summarise();
  }

  deadLetters(): readonly DeadLetterSummary[] {
    return this.#summaries;
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  *#read(numbers: readonly number[]): Generator<NumberedInput> {
    for (const number of numbers) yield { number, input: readStored(this.#inputs.get(number)!) };
  }

  /** A failure rejects the transaction and, besides, each write in it. */
  async #write(change: () => readonly Promise<unknown>[]): Promise<void> {
    try {
      await this.#root.transaction(() => {
        for (const write of change()) write.catch(() => undefined);
      });
    } catch (error) {
      throw await causeOf(error);
    }
  }

  #lettersOf(targets: readonly Target[]): number[] {
    if (targets.length === 0) return [];
    // One letter at a time: each may be as long as a request.
    const numbers = [...this.#letters.getKeys()];
    return numbers.filter((number) => targets.some(({ id }) => names(this.#letters.get(number)!.input, id)));
  }

  #summarise(): void {
    this.#summaries = [...this.#letters.getRange().map(({ value: { at, code } }) => ({ at, code }))];
  }

  async #secret(): Promise<Buffer> {
    const kept = this.#state.get('secret');
    if (kept !== undefined) return Buffer.from(kept);
    const secret = randomBytes(16);
    await this.#write(() => [this.#state.put('secret', secret)]);
    return secret;
  }

  #checkpoint(): Checkpoint | undefined {
    const engine = this.#state.get('engine');
    const objects = this.#state.get('objects');
    if (engine === undefined || objects === undefined) return undefined;
    // A folder of the first version has no event logs.
    const eventLogs = this.#state.get('event_logs') ?? Buffer.from('[]');
    return {
      engine: new Uint8Array(engine),
      objects: JSON.parse(objects.toString()) as Checkpoint['objects'],
      eventLogs: JSON.parse(eventLogs.toString()) as Checkpoint['eventLogs'],
    };
  }
}

/** Returns the database's error if a commit failed; its code is the system's name of the error. */
async function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<never> };
  if (commitError === undefined) return error;
  const cause = await commitError.catch((reason: unknown) => reason);
  const { code } = cause as { code?: unknown };
  return typeof code === 'number' && code > 0
    ? Object.assign(new Error('Commit failed'), { code: getSystemErrorName(-code) })
    : cause;
}
