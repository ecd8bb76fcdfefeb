// Interventions that are decided and not yet started.
import { mostStarted } from '../support/bounds.js';
import { hashOf } from '../support/hash.js';
import type { EngineBase } from '../engine/engine-base.js';
import type { StoredState, Waiting } from './store.js';
import type { Intervention } from '../types.js';

/** Returns the mark that stands for all interventions of one name, version and target. */
export function markOf({ name, version, target_attribute_key: target }: Intervention): string {
  return [name, version, target.name, target.id].join('\n');
}

/**
 * Returns the hashes by which a start is claimed and noted. An intervention of a rule without `changed` is claimed by
 * name, version and target, since another tab without a common database, or a server, decides the same by another
 * event. All others are claimed by the `intervention_id` alone. Notes have all hashes, so that a page recognises an
 * intervention that it receives from a server only.
 */
export function marksOf(waiting: Waiting): [claim: string, ...others: string[]] {
  const marks = waiting.once ? copiesOf(waiting).map((copy) => hashOf(markOf(copy))) : [];
  return [...marks, hashOf(waiting.intervention.intervention_id)] as [string];
}

/** Returns the copies of an intervention, one for each target. */
export function copiesOf(waiting: Waiting | undefined): Intervention[] {
  return waiting ? [waiting.intervention, ...(waiting.others ?? [])] : [];
}

/**
 * Returns the outbox with new decisions. Copies of one intervention for several targets wait together, in their order.
 * Leaves out interventions that were started, an engine's decisions whose name, version and target are marked, and those
 * that are started once and wait already.
 */
export function withDecided(
  state: Pick<StoredState, 'outbox' | 'started'>,
  interventions: readonly (Intervention & { triggered_at?: string })[],
  cause: Omit<Waiting, 'intervention'>,
  engine?: Pick<EngineBase, 'repeats'>,
): Waiting[] {
  const outbox = new Map(state.outbox.map((waiting) => [waiting.intervention.intervention_id, waiting]));
  const started = new Set(state.started);
  for (const { triggered_at, ...intervention } of interventions) {
    const id = intervention.intervention_id;
    const mark = markOf(intervention);
    const isMarked = triggered_at !== undefined && started.has(hashOf(mark));
    const waiting = outbox.get(id);
    const copies = copiesOf(waiting);
    if (isMarked || started.has(hashOf(id)) || copies.some((copy) => markOf(copy) === mark)) continue;
    const once = cause.once ?? (triggered_at !== undefined && engine?.repeats(intervention.name) === false);
    const isTwin = (other: Waiting): boolean =>
      other.once === true && copiesOf(other).some((copy) => markOf(copy) === mark);
    if (once && [...outbox.values()].some(isTwin)) continue;
    const others = [...copies.slice(1), intervention];
    outbox.set(id, waiting ? { ...waiting, others } : { ...cause, once, intervention });
  }
  return [...outbox.values()];
}

/** Returns the outbox after the clock was set back to `now`: later decisions become decisions of now. */
export function rebased(outbox: readonly Waiting[], now: number): Waiting[] {
  return outbox.map((waiting) => ({ ...waiting, decided: Math.min(waiting.decided, now) }));
}

/** The outbox, sorted by what a page may do with it now. */
export type Sorted = Record<Fate, Waiting[]>;
/** The fate of a waiting intervention. `noted`: it was started, which only a note shows. */
export type Fate = 'due' | 'expired' | 'noted' | 'rest';

/** Returns the state whose outbox has the rest only. The due and the noted interventions count as started. */
export function withStarted(state: StoredState, { due, noted, rest }: Sorted): StoredState {
  const ids = [...due, ...noted].map((waiting) => hashOf(waiting.intervention.intervention_id));
  return { ...state, outbox: rest, started: remembered([...state.started, ...ids]) };
}

/** Returns the state in which interventions that were started, but did not run, wait again. */
export function withReturned(state: StoredState, returned: readonly Waiting[]): StoredState {
  const ids = returned.map((waiting) => hashOf(waiting.intervention.intervention_id));
  return { ...state, outbox: [...returned, ...state.outbox], started: state.started.filter((id) => !ids.includes(id)) };
}

/** Returns the newest hashes, as many as are remembered. */
export function remembered(started: readonly string[]): string[] {
  return started.slice(-mostStarted);
}
