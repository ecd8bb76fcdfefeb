// All that can change the sandbox's state. Each one is stored before it takes effect, and the same inputs in the same
// order lead to the same state: that is how a restart finds everything again.
import type { DirectIntervention, TrackerPayload, Target } from '../types.ts';
import type { Change } from '../registry/registry.ts';

/** `now`: when the sandbox took it in (ms). It never goes back but through `rebase`. */
export type Input = { readonly now: number } & (
  | { readonly kind: 'event'; readonly payload: TrackerPayload }
  /** Stored inputs have the update as `push`. */
  | { readonly kind: 'attributes'; readonly push: AttributeUpdate }
  | { readonly kind: 'direct'; readonly intervention: DirectIntervention; readonly targets: readonly Target[] }
  | { readonly kind: 'objects'; readonly changes: readonly Change[] }
  | { readonly kind: 'forget'; readonly target: Target }
  /** Time passes: a deadline is due. */
  | { readonly kind: 'time' }
  /** A sandbox starts: what became true while none ran fires if it still holds (rule 12). */
  | { readonly kind: 'wake' }
  /** The machine's clock was set back by more than the engine bears. */
  | { readonly kind: 'rebase' }
  /** These interventions, by number, reached a subscriber. */
  | { readonly kind: 'delivered'; readonly numbers: readonly number[] }
);

/** Values for the fields of an external group. */
export interface AttributeUpdate {
  readonly group: string;
  readonly version?: number;
  readonly attribute_key: Target;
  readonly attributes: Readonly<Record<string, unknown>>;
}
