// A queue for the tasks of one page, which must not overlap.

type Task = () => Promise<void>;

/** Runs one task at a time, in the order in which they came. */
export class TaskQueue {
  readonly #onFailure: (failure: unknown) => void;
  readonly #waiting = new Set<Task>();
  #last: Promise<void> = Promise.resolve();

  constructor(onFailure: (failure: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Resolves when the task is done. Never rejects: a failure goes to `onFailure`, and the next task runs. */
  run(task: Task): Promise<void> {
    this.#last = this.#last.then(task).catch(this.#onFailure);
    return this.#last;
  }

  /** Queues the task unless it is waiting already. */
  schedule(task: Task): void {
    if (this.#waiting.has(task)) return;
    this.#waiting.add(task);
    void this.run(() => {
      this.#waiting.delete(task);
      return task();
    });
  }
}
