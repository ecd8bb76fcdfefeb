// Runs handlers. A handler that fails does not affect the others.
import type { Intervention } from '../types.js';

export type InterventionListener = (intervention: Intervention) => unknown;

/** A step of an intervention, by the names of Snowplow's plugin. */
export type Step = 'delivery' | 'dispatch_accept' | 'dispatch_error';

/** The handlers of a step: all on delivery, one afterwards. `error`: the value that the handler threw. */
export type StepData = { handlers: string[] } | { handler: string; error?: unknown };

/** Called for each step. */
export type DispatchReport = (step: Step, intervention: Intervention, data: StepData) => void;

/** Handlers by their ids. */
export type Handlers = ReadonlyMap<string, InterventionListener>;

/** Starts every handler before it returns. */
export function dispatch(intervention: Intervention, handlers: Handlers, report: DispatchReport): void {
  const present = [...handlers];
  report('delivery', intervention, { handlers: present.map(([id]) => id) });
  for (const [id, handler] of present) void run(id, handler, intervention, report);
}

async function run(
  id: string,
  handler: InterventionListener,
  intervention: Intervention,
  report: DispatchReport,
): Promise<void> {
  try {
    await handler(structuredClone(intervention)); // a copy, which the handler may change
  } catch (error) {
    report('dispatch_error', intervention, { handler: id, error });
    return;
  }
  report('dispatch_accept', intervention, { handler: id });
}
