// What is decided and not yet started: who may start it, and until when.
import { hashOf } from './hash.js';
import type { StoredState, Waiting } from './storage.js';
import type { Intervention } from './types.js';

/** Hashes of started interventions that the state keeps. */
const mostStarted = 2000;

/** Stands for all interventions of one name, version and target. */
export function markOf({ name, version, target_attribute_key: target }: Intervention): string {
  return [name, version, target.name, target.id].join('\n');
}

/**
 * The outbox with new decisions. Of several targets of one intervention the first stays; what an engine triggers and is
 * marked does not.
 */
export function withDecided(
  state: Pick<StoredState, 'outbox' | 'started'>,
  interventions: readonly (Intervention & { triggered_at?: string })[],
  cause: Omit<Waiting, 'intervention'>,
): Waiting[] {
  const outbox = [...state.outbox];
  const known = new Set([...state.started, ...outbox.map((waiting) => hashOf(waiting.intervention.intervention_id))]);
  for (const { triggered_at, ...intervention } of interventions) {
    const id = hashOf(intervention.intervention_id);
    const isMarked = triggered_at !== undefined && known.has(hashOf(markOf(intervention)));
    if (!isMarked && !known.has(id)) outbox.push({ intervention, ...cause });
    known.add(id);
  }
  return outbox;
}

/** The outbox after the clock was set back to `now`: no decision is later. */
export function rebased(outbox: readonly Waiting[], now: number): Waiting[] {
  return outbox.map((waiting) => ({ ...waiting, decided: Math.min(waiting.decided, now) }));
}

/** The outbox sorted by what a page may do with it now. */
export type Sorted = Record<'due' | 'expired' | 'rest', Waiting[]>;

/** The state in which what was due is started, and what expired is gone. */
export function withStarted(state: StoredState, { due, rest }: Sorted): StoredState {
  const ids = due.map((waiting) => hashOf(waiting.intervention.intervention_id));
  return { ...state, outbox: rest, started: remembered([...state.started, ...ids]) };
}

/** The newest of them. */
export function remembered(started: readonly string[]): string[] {
  return started.slice(-mostStarted);
}
