// The store of a single node: an embedded database in one folder.
import { open, type Database, type RootDatabase } from 'lmdb';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Input } from './inputs.ts';
import type { OutboxEntry } from './outbox.ts';
import type { Checkpoint, Store, StoredState } from './store.ts';

export class LmdbStore implements Store {
  readonly #root: RootDatabase;
  /** By a number that grows. */
  readonly #inputs: Database<Input, number>;
  readonly #outbox: Database<OutboxEntry, number>;
  readonly #state: Database<Buffer, string>;
  #nextInput = 0;

  constructor(folder: string) {
    // Without overlapping, a write's promise resolves when it is on the disk, not when it is visible.
    this.#root = open({ path: join(folder, 'state'), overlappingSync: false, maxDbs: 3 });
    this.#inputs = this.#root.openDB({ name: 'inputs', encoding: 'json' });
    this.#outbox = this.#root.openDB({ name: 'outbox', encoding: 'json' });
    this.#state = this.#root.openDB({ name: 'state', encoding: 'binary' });
  }

  async load(): Promise<StoredState> {
    const entries = [...this.#inputs.getRange()];
    this.#nextInput = (entries.at(-1)?.key ?? -1) + 1;
    return {
      secret: await this.#secret(),
      checkpoint: this.#checkpoint(),
      outbox: [...this.#outbox.getRange()].map(({ value }) => value),
      inputs: entries.map(({ value }) => value),
    };
  }

  async append(inputs: readonly Input[]): Promise<void> {
    const first = this.#nextInput;
    this.#nextInput += inputs.length;
    await this.#root.transaction(() => {
      inputs.forEach((input, index) => void this.#inputs.put(first + index, input));
    });
  }

  async checkpoint(checkpoint: Checkpoint, entries: readonly OutboxEntry[], oldest: number): Promise<void> {
    await this.#root.transaction(() => {
      void this.#state.put('engine', Buffer.from(checkpoint.engine));
      void this.#state.put('objects', Buffer.from(JSON.stringify(checkpoint.objects)));
      for (const entry of entries) void this.#outbox.put(entry.number, entry);
      for (const number of [...this.#outbox.getKeys({ end: oldest })]) void this.#outbox.remove(number);
      // Dropping the whole table costs its pages; removing inputs one by one made others wait.
      this.#inputs.clearSync();
    });
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  async #secret(): Promise<Buffer> {
    const kept = this.#state.get('secret');
    if (kept !== undefined) return Buffer.from(kept);
    const secret = randomBytes(16);
    await this.#state.put('secret', secret);
    return secret;
  }

  #checkpoint(): Checkpoint | undefined {
    const engine = this.#state.get('engine');
    const objects = this.#state.get('objects');
    if (engine === undefined || objects === undefined) return undefined;
    return { engine: new Uint8Array(engine), objects: JSON.parse(objects.toString()) as Checkpoint['objects'] };
  }
}
