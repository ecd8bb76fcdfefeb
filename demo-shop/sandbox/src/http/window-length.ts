// Lets the engine read a duration, so that the sandbox has no rules of its own for it (rule 14).
import { randomUUID } from 'node:crypto';
import { EngineError, loadEngine } from 'tripline/engine';
import { Refusal } from '../support/refusal.ts';

/** An attribute that counts events of the last `period`, and an intervention that waits until it is 0 again. */
const definitions = (period: string): object => ({
  attribute_keys: [],
  services: [],
  attribute_groups: [
    {
      name: 'window',
      version: 1,
      is_published: true,
      attribute_key: { name: 'domain_userid' },
      attributes: [{ name: 'events', type: 'int32', aggregation: 'counter', period, events: [{ name: 'page_view' }] }],
    },
  ],
  interventions: [
    {
      name: 'over',
      version: 1,
      is_published: true,
      target_attribute_keys: [{ name: 'domain_userid' }],
      criteria: { attribute: 'window:events', operator: '=', value: 0 },
    },
  ],
});

/** The length of a window in ms. Throws a Refusal if it is not a duration. */
export async function windowLength(window: string): Promise<number> {
  // A window may be empty, but a period may not: then the engine checks only the form.
  const isEmpty = !/[1-9]/.test(window);
  const period = isEmpty ? window.replace(/0(?=[A-Z])/g, '1') : window;
  try {
    const engine = await loadEngine({ definitions: definitions(period), limits: { profiles: 1, sentMarks: 1 } });
    // An event at the time 0 leaves the window when its length has passed (rule 11).
    engine.process({ e: 'pv', eid: randomUUID(), duid: randomUUID() }, 0, { receivedAt: 0 });
    const length = isEmpty ? 0 : engine.nextDeadline;
    engine.release();
    return length;
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'definitions') throw error;
    throw new Refusal(400, `Invalid window: ${error.diagnostics[0]?.message ?? 'it is not a duration'}.`);
  }
}
