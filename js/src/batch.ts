// Takes journals' entries into the state.
import type { Engine } from './engine.js';
import type { Entry, Journal } from './journal.js';
import { withDecided } from './outbox.js';
import { EngineFailure, engineState } from './shared-state.js';
import type { StoredState } from './storage.js';
import type { TriggeredIntervention } from './types.js';

/** A host's clock that is so far behind the engine's (ms) was set back. */
const clockWasSetBack = 300_000;

/**
 * The state with every event that it lacks, and with what time alone has brought since. `now`: the host's clock in ms;
 * `onClockSetBack` is called if it must have been set back. Throws EngineFailure.
 */
export function applyJournals(
  state: StoredState | undefined,
  engine: Engine,
  journal: Journal,
  now: number,
  onClockSetBack: () => void = () => {},
): StoredState | undefined {
  const isSetBack = engine.clock - now > clockWasSetBack;
  if (isSetBack) {
    engine.rebase(now);
    onClockSetBack();
  }
  const entries = journal.pending(state?.applied ?? {});
  const isDue = engine.nextDeadline <= now;
  if (entries.length === 0 && !isDue && !isSetBack) return state;
  const applied = journal.retained(state?.applied ?? {});
  const started = state?.started ?? [];
  let outbox = state?.outbox ?? [];
  if (isDue) {
    const cause = { decided: now, page: journal.page, session: undefined };
    outbox = withDecided({ outbox, started }, advance(engine, now), cause);
  }
  for (const entry of entries) {
    const interventions = process(engine, entry, now);
    const cause = { decided: now, page: entry.page, session: sessionOf(entry.payload) };
    outbox = withDecided({ outbox, started }, interventions, cause);
    applied[entry.page] = entry.number;
  }
  return { ...engineState(state, engine), applied, outbox, started };
}

/** The state without profiles and marks, in which all that was tracked counts as applied. */
export function emptied(state: StoredState | undefined, engine: Engine, journal: Journal): StoredState {
  const applied = { ...state?.applied };
  for (const { page, number } of journal.pending(applied)) applied[page] = number;
  engine.clear();
  return { ...engineState(state, engine), applied, outbox: [], started: [] };
}

export function sessionOf(payload: Entry['payload']): string | undefined {
  const session = payload['sid'];
  return typeof session === 'string' ? session : undefined;
}

function advance(engine: Engine, now: number): TriggeredIntervention[] {
  try {
    return engine.advance(now);
  } catch (cause) {
    throw new EngineFailure(cause);
  }
}

function process(engine: Engine, entry: Entry, now: number): TriggeredIntervention[] {
  try {
    return engine.process(entry.payload, now);
  } catch (cause) {
    throw new EngineFailure(cause, entry);
  }
}
