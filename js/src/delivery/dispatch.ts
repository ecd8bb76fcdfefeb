// Runs handlers: each on its own, so that one's failure is nobody else's.
import type { Intervention } from '../types.js';

export type InterventionListener = (intervention: Intervention) => unknown;

/** What can become of an intervention, by the names of Snowplow's plugin. */
export type Step = 'delivery' | 'dispatch_accept' | 'dispatch_error';

/** Whom a step concerns: all handlers on delivery, one afterwards. `error`: what it threw. */
export type StepData = { handlers: string[] } | { handler: string; error?: unknown };

/** Told about each step. */
export type DispatchReport = (step: Step, intervention: Intervention, data: StepData) => void;

/** By their ids. */
export type Handlers = ReadonlyMap<string, InterventionListener>;

/** Starts every handler before it returns. */
export function dispatch(intervention: Intervention, handlers: Handlers, report: DispatchReport): void {
  const present = [...handlers];
  report('delivery', intervention, { handlers: present.map(([id]) => id) });
  for (const [id, handler] of present) void run(id, handler, intervention, report);
}

async function run(id: string, handler: InterventionListener, intervention: Intervention, report: DispatchReport): Promise<void> {
  try {
    await handler(structuredClone(intervention)); // a handler's own, to change as it likes
  } catch (error) {
    report('dispatch_error', intervention, { handler: id, error });
    return;
  }
  report('dispatch_accept', intervention, { handler: id });
}
