// Runs handlers: each on its own, so that one's failure is nobody else's.
import type { Intervention } from './types.js';

export type InterventionListener = (intervention: Intervention) => unknown;

/** What can become of an intervention, by the names of Snowplow's plugin. */
export type Step = 'delivery' | 'dispatch_accept' | 'dispatch_error';

/** Whom a step concerns: all handlers on delivery, one afterwards. `error`: what it threw. */
export type StepData = { handlers: string[] } | { handler: string; error?: unknown };

/** Told about each step. */
export type DispatchReport = (step: Step, intervention: Intervention, data: StepData) => void;

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
    this.#report('delivery', intervention, { handlers: handlers.map(([id]) => id) });
    for (const [id, handler] of handlers) void this.#run(id, handler, intervention);
  }

  async #run(id: string, handler: InterventionListener, intervention: Intervention): Promise<void> {
    try {
      await handler(structuredClone(intervention)); // a handler's own, to change as it likes
    } catch (error) {
      this.#report('dispatch_error', intervention, { handler: id, error });
      return;
    }
    this.#report('dispatch_accept', intervention, { handler: id });
  }
}
