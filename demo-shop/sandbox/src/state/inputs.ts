// Inputs: everything that can change the sandbox's state. Each is stored before it takes effect. The same inputs in the
// same order lead to the same state, so a restart replays them.
import type { DirectIntervention, TrackerPayload, Target } from '../types.ts';
import type { Change } from '../registry/registry.ts';

/** `now` is the time at which the sandbox received it (ms). Only a `rebase` makes it go back. */
export type Input = { readonly now: number } & (
  | { readonly kind: 'event'; readonly payload: TrackerPayload }
  | { readonly kind: 'attributes'; readonly update: AttributeUpdate }
  | { readonly kind: 'direct'; readonly intervention: DirectIntervention; readonly targets: readonly Target[] }
  | { readonly kind: 'objects'; readonly changes: readonly Change[] }
  | { readonly kind: 'forget'; readonly target: Target }
  /** A deadline is due. */
  | { readonly kind: 'time' }
  /** A sandbox starts. Interventions that became true while none ran fire if their criteria still hold (rule 12). */
  | { readonly kind: 'wake' }
  /** The machine's clock was set back by more than the engine accepts. */
  | { readonly kind: 'rebase' }
  /** These interventions, by number, reached a subscriber. */
  | { readonly kind: 'delivered'; readonly numbers: readonly number[] }
);

/** An input as a database has it: the first version stored an attribute update as `push`. */
export type StoredInput = Input | { readonly now: number; readonly kind: 'attributes'; readonly push: AttributeUpdate };

export function readStored(stored: StoredInput): Input {
  return 'push' in stored ? { now: stored.now, kind: 'attributes', update: stored.push } : stored;
}

/** Values for the fields of an external group. */
export interface AttributeUpdate {
  readonly group: string;
  readonly version?: number;
  readonly attribute_key: Target;
  readonly attributes: Readonly<Record<string, unknown>>;
}
