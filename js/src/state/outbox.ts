// What is decided and not yet started: who may start it, and until when.
import { mostStarted } from '../support/bounds.js';
import { hashOf } from '../support/hash.js';
import type { EngineBase } from '../engine/engine-base.js';
import type { StoredState, Waiting } from './store.js';
import type { Intervention } from '../types.js';

/** Stands for all interventions of one name, version and target. */
export function markOf({ name, version, target_attribute_key: target }: Intervention): string {
  return [name, version, target.name, target.id].join('\n');
}

/**
 * By what a start is claimed, and noted (hashes). What a rule decides that does not use `changed`: name, version and target,
 * since another tab without a database in common, or a server, decides the same by another event. All else: the
 * `intervention_id` alone. Notes bear both, by which a page knows it that only gets it from a server.
 */
export function marksOf(waiting: Waiting): [claim: string, ...others: string[]] {
  const marks = waiting.once ? copiesOf(waiting).map((copy) => hashOf(markOf(copy))) : [];
  return [...marks, hashOf(waiting.intervention.intervention_id)] as [string];
}

/** By target. */
export function copiesOf(waiting: Waiting | undefined): Intervention[] {
  return waiting ? [waiting.intervention, ...(waiting.others ?? [])] : [];
}

/**
 * The outbox with new decisions; copies of one intervention for several targets wait together, in their order. What an
 * engine triggers and is marked is left out, and what was started.
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
    const once = triggered_at !== undefined && engine?.repeats(intervention.name) === false;
    const others = [...copies.slice(1), intervention];
    outbox.set(id, waiting ? { ...waiting, others } : { once, ...cause, intervention });
  }
  return [...outbox.values()];
}

/** The outbox after the clock was set back to `now`: no decision is later. */
export function rebased(outbox: readonly Waiting[], now: number): Waiting[] {
  return outbox.map((waiting) => ({ ...waiting, decided: Math.min(waiting.decided, now) }));
}

/** The outbox sorted by what a page may do with it now. */
export type Sorted = Record<Fate, Waiting[]>;
/** `noted`: it was started, and only a note tells. */
export type Fate = 'due' | 'expired' | 'noted' | 'rest';

/** The state in which what was due is started, and what expired is gone. */
export function withStarted(state: StoredState, { due, noted, rest }: Sorted): StoredState {
  const ids = [...due, ...noted].map((waiting) => hashOf(waiting.intervention.intervention_id));
  return { ...state, outbox: rest, started: remembered([...state.started, ...ids]) };
}

/** The state in which interventions that were started, and did not run after all, wait again. */
export function withReturned(state: StoredState, returned: readonly Waiting[]): StoredState {
  const ids = returned.map((waiting) => hashOf(waiting.intervention.intervention_id));
  return { ...state, outbox: [...returned, ...state.outbox], started: state.started.filter((id) => !ids.includes(id)) };
}

/** The newest of them. */
export function remembered(started: readonly string[]): string[] {
  return started.slice(-mostStarted);
}
