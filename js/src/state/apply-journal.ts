// Applies the journal's entries to the state.
import { idOf } from './held-ids.js';
import type { Entry } from './journal.js';
import { rebased, withDecided } from './outbox.js';
import type { EngineBase } from '../engine/engine-base.js';
import { isRefusal } from '../support/problem.js';
import { isProgram } from '../support/program-bytes.js';
import type { Input, PageContext } from './page-context.js';
import { EngineFailure, withSnapshot } from './shared-state.js';
import type { StoredState, Waiting } from './store.js';
import type { Intervention } from '../types.js';

/** The part of a page's journal that holds pushed interventions. */
export const direct = ' direct';

/** True if an entry can be applied. A wrong form inside it is found, and emitted as an error, when it is applied. */
export function isInput(content: object): content is Input {
  if ('event' in content) return Object(content.event) === content.event;
  return 'attributes' in content || 'intervention' in content;
}

/** A host's clock that is more than this behind the engine's (ms) was set back. */
const clockWasSetBack = 300_000;

/**
 * Returns the state after every entry that it lacks, and after the interventions that time alone has triggered since.
 * Without an engine, entries for it stay in the journal; all entries stay while the code that one of them needs is not
 * loaded. `now`: the host's clock in ms. Emits a problem twice if a transaction is repeated. Throws an EngineFailure.
 */
export function applyJournal(
  state: StoredState | undefined,
  engine: EngineBase | undefined,
  context: PageContext,
  now: number,
): StoredState | undefined {
  const { journal, listeners, visitor, setAndPush, eventLogs, source } = context;
  const { applied = {}, outbox = [], started = [] } = state ?? {};
  const latest = Math.max(engine?.clock ?? now, ...outbox.map(({ decided }) => decided));
  const isSetBack = latest - now > clockWasSetBack;
  if (isSetBack) {
    if (engine && engine.clock! > now) engine.rebase(now);
    listeners.emit('warning', {
      code: 'clock',
      message: "The device's clock was set back. Events that were counted later than now count as of now.",
    });
  }
  let entries = journal.pending(applied, engine ? '' : direct);
  if (!setAndPush.code && entries.some(({ content }) => !('event' in content))) {
    setAndPush.isWanted = setAndPush.code === undefined;
    entries = [];
  }
  const next = { applied, outbox: isSetBack ? rebased(outbox, now) : outbox, started };
  let entry = entries[0]; // an engine that fails in advance() may fail because of this entry's ids
  try {
    const isDue = engine !== undefined && engine.nextDeadlineOf(visitor.held) <= now;
    if (!entry && !isDue && !isSetBack) return state;
    next.applied = journal.retained(applied);
    const [user] = visitor.identity ?? [];
    const decide = (interventions: readonly Intervention[], cause: Omit<Waiting, 'intervention'>): void => {
      next.outbox = withDecided(next, interventions, cause, engine);
    };
    if (isDue)
      decide(engine.advance(now, visitor.held), { decided: now, page: journal.page, session: undefined, user });
    for (entry of entries) {
      const { page, number, writtenAt } = entry;
      const cause = { decided: now, page, ...causeOf(entry, user) };
      const isLate = visitor.hasLost({ ...cause, decided: writtenAt });
      decide(apply(entry, engine, now, context), isLate ? { ...cause, decided: writtenAt } : cause);
      next.applied[page] = number;
    }
  } catch (cause) {
    throw new EngineFailure(cause, entry);
  }
  return {
    ...(state && !engine ? state : { ...state, ...withSnapshot(state, engine?.snapshot()) }),
    ...next,
    // A compiled program says nothing about event logs.
    eventLogs:
      engine && eventLogs.code !== null && !isProgram(source.bundle!)
        ? eventLogs.code?.after(state, entries, now)
        : state?.eventLogs,
  };
}

/** Returns the cause of an entry's decisions. `user`: the page's. */
function causeOf(
  { content, number }: Entry<Input>,
  user: string | undefined,
): Omit<Waiting, 'intervention' | 'decided' | 'page'> {
  if ('intervention' in content) return { session: undefined, origin: 'push', number };
  if (!('event' in content)) return { session: undefined, user, number };
  return { session: idOf(content.event['sid']), user: idOf(content.event['duid']), number };
}

/** Returns the state without profiles, marks and waiting interventions. */
export function emptied(state: StoredState | undefined, engine: EngineBase | undefined): StoredState {
  engine?.clear();
  return { ...withSnapshot(state, engine?.snapshot()), applied: state?.applied ?? {}, outbox: [], started: [] };
}

/** Applies an entry. Without an engine it is a pushed intervention; without the code for these it is an event. */
function apply(
  entry: Entry<Input>,
  engine: EngineBase | undefined,
  now: number,
  { listeners, visitor, setAndPush: { code } }: PageContext,
): Intervention[] {
  const { content, writtenAt } = entry;
  try {
    if ('event' in content) return engine!.process(content.event, now, { held: visitor.held });
    if ('intervention' in content) return [code!.completeIntervention(content.intervention)];
    return code!.setAttributes(engine!, content.attributes, now, writtenAt, visitor.held);
  } catch (cause) {
    if (!isRefusal(cause)) throw cause;
    listeners.emit('error', cause); // and skips the entry
    return [];
  }
}
