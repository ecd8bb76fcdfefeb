// Runs handlers: each on its own, so that one's failure is nobody else's.
import type { Intervention } from './types.js';

export type InterventionListener = (intervention: Intervention) => unknown;

/** Told about each step. */
export interface DispatchReport {
  received?(intervention: Intervention, handlers: string[]): void;
  handled?(intervention: Intervention, handler: string): void;
  failed(intervention: Intervention, handler: string, error: unknown): void;
}

export class Dispatcher {
  readonly #handlers = new Map<string, InterventionListener>();
  readonly #report: DispatchReport;

  constructor(report: DispatchReport) {
    this.#report = report;
  }

  get hasHandlers(): boolean {
    return this.#handlers.size > 0;
  }

  add(id: string, handler: InterventionListener): void {
    this.#handlers.set(id, handler);
  }

  remove(id: string): void {
    this.#handlers.delete(id);
  }

  /** Starts every handler before it returns. */
  dispatch(intervention: Intervention): void {
    const handlers = [...this.#handlers];
    this.#report.received?.(intervention, handlers.map(([id]) => id));
    for (const [id, handler] of handlers) void this.#run(id, handler, intervention);
  }

  async #run(id: string, handler: InterventionListener, intervention: Intervention): Promise<void> {
    try {
      await handler(structuredClone(intervention)); // a handler's own, to change as it likes
    } catch (error) {
      this.#report.failed(intervention, id, error);
      return;
    }
    this.#report.handled?.(intervention, id);
  }
}
