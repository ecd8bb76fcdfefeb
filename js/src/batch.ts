// Takes the journal's entries into the state.
import type { Announcer } from './announcer.js';
import { completeIntervention } from './direct.js';
import type { Engine } from './engine.js';
import type { Entry, Journal } from './journal.js';
import { withDecided } from './outbox.js';
import { EngineError } from './problem.js';
import { EngineFailure, withSnapshot } from './shared-state.js';
import type { StoredState } from './storage.js';
import type { AttributePush, Intervention, Payload } from './types.js';

/** What the engine takes in, or an intervention that was pushed, which needs no engine. */
export type Input = { event: Payload } | { attributes: AttributePush } | { intervention: Intervention };

/** A host's clock that is so far behind the engine's (ms) was set back. */
const clockWasSetBack = 300_000;

/**
 * The state with every entry that it lacks, and with what time alone has brought since. Without an engine, its inputs
 * stay in the journal. `now`: the host's clock in ms. What is
 * announced is announced twice if a transaction is repeated. Throws EngineFailure.
 */
export function applyJournal(
  state: StoredState | undefined,
  engine: Engine | undefined,
  journal: Journal<Input>,
  now: number,
  announcer: Announcer,
): StoredState | undefined {
  const isSetBack = engine !== undefined && engine.clock - now > clockWasSetBack;
  if (isSetBack) {
    engine.rebase(now);
    announcer.say('warning', {
      code: 'clock',
      message: "The device's clock was set back. What was counted later than now counts as of now.",
    });
  }
  const { applied = {}, outbox = [], started = [] } = state ?? {};
  const entries = journal.pending(applied).filter(({ content }) => engine || 'intervention' in content);
  const isDue = engine !== undefined && engine.nextDeadline <= now;
  if (entries.length === 0 && !isDue && !isSetBack) return state;
  const next = { applied: journal.retained(applied), outbox, started };
  const decide = (interventions: readonly Intervention[], page: string, session?: string): void => {
    next.outbox = withDecided(next, interventions, { decided: now, page, session });
  };
  if (isDue) decide(engine.advance(now), journal.page);
  for (const entry of entries) {
    const { page, number, content } = entry;
    decide(process(engine as Engine, entry, now, announcer), page, sessionOf(content));
    next.applied[page] = number;
  }
  return { ...(state && !engine ? state : withSnapshot(state, engine?.snapshot())), ...next };
}

/** The state without profiles and marks, in which all that was tracked counts as applied. */
export function emptied(state: StoredState | undefined, engine: Engine | undefined, journal: Journal<Input>): StoredState {
  const applied = { ...state?.applied };
  for (const { page, number } of journal.pending(applied)) applied[page] = number;
  engine?.clear();
  return { ...withSnapshot(state, engine?.snapshot()), applied, outbox: [], started: [] };
}

export function sessionOf(content: Input): string | undefined {
  const session = 'event' in content ? content.event?.['sid'] : undefined;
  return typeof session === 'string' ? session : undefined;
}

/** Without an engine, there are only interventions. */
function process(engine: Engine, entry: Entry<Input>, now: number, announcer: Announcer): Intervention[] {
  const { content, writtenAt } = entry;
  try {
    if ('intervention' in content) return [completeIntervention(content.intervention)];
    if ('attributes' in content) return engine.push(content.attributes, now, writtenAt);
    return engine.process(content.event, now);
  } catch (cause) {
    if (!(cause instanceof EngineError && cause.code === 'options')) throw new EngineFailure(cause, entry);
    announcer.say('error', cause); // an entry that is passed over
    return [];
  }
}
