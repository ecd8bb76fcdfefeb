// Applies the journal's entries to the state.
import { idOf } from './held-ids.js';
import type { Entry } from './journal.js';
import { rebased, withDecided } from './outbox.js';
import type { EngineBase } from '../engine/engine-base.js';
import { isRefusal } from '../support/problem.js';
import type { Input, PageContext } from './page-context.js';
import { EngineFailure, withSnapshot } from './shared-state.js';
import type { StoredState, Waiting } from './store.js';
import type { Intervention } from '../types.js';

/** The part of a page's journal for interventions that are pushed. */
export const direct = ' direct';

/** Whether it is what a journal of inputs holds, as far as reading it goes on without trouble. */
export function isInput(content: object): content is Input {
  if ('event' in content) return Object(content.event) === content.event;
  return 'attributes' in content || 'intervention' in content;
}

/** A host's clock that is so far behind the engine's (ms) was set back. */
const clockWasSetBack = 300_000;

/**
 * The state with every entry that it lacks, and with what time alone has brought to the visitor since. Without an engine,
 * its inputs stay in the journal; so do all while the code that one of them needs is not loaded. `now`: the host's clock in ms. Emits
 * a problem twice if a transaction is repeated. Throws EngineFailure.
 */
export function applyJournal(
  state: StoredState | undefined,
  engine: EngineBase | undefined,
  context: PageContext,
  now: number,
): StoredState | undefined {
  const { journal, listeners, visitor, setAndPush } = context;
  const { applied = {}, outbox = [], started = [] } = state ?? {};
  const latest = Math.max(engine?.clock ?? now, ...outbox.map(({ decided }) => decided));
  const isSetBack = latest - now > clockWasSetBack;
  if (isSetBack) {
    if (engine && engine.clock! > now) engine.rebase(now);
    listeners.emit('warning', {
      code: 'clock',
      message: "The device's clock was set back. What was counted later than now counts as of now.",
    });
  }
  let entries = journal.pending(applied, engine ? '' : direct);
  if (!setAndPush.code && entries.some(({ content }) => !('event' in content))) {
    setAndPush.isWanted = setAndPush.code === undefined;
    entries = [];
  }
  const next = { applied, outbox: isSetBack ? rebased(outbox, now) : outbox, started };
  let entry = entries[0]; // even what time brings now, its ids may bring
  try {
    const isDue = engine !== undefined && engine.nextDeadlineOf(visitor.held) <= now;
    if (!entry && !isDue && !isSetBack) return state;
    next.applied = journal.retained(applied);
    const [user] = visitor.identity ?? [];
    const decide = (interventions: readonly Intervention[], cause: Omit<Waiting, 'intervention'>): void => {
      next.outbox = withDecided(next, interventions, cause, engine);
    };
    if (isDue) decide(engine.advance(now, visitor.held), { decided: now, page: journal.page, session: undefined, user });
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
  return { ...(state && !engine ? state : withSnapshot(state, engine?.snapshot())), ...next };
}

/** `user`: the page's. */
function causeOf({ content, number }: Entry<Input>, user: string | undefined): Omit<Waiting, 'intervention' | 'decided' | 'page'> {
  if ('intervention' in content) return { session: undefined, origin: 'push' };
  if (!('event' in content)) return { session: undefined, user, number };
  return { session: idOf(content.event['sid']), user: idOf(content.event['duid']), number };
}

/** The state without profiles and marks. */
export function emptied(state: StoredState | undefined, engine: EngineBase | undefined): StoredState {
  engine?.clear();
  return { ...withSnapshot(state, engine?.snapshot()), applied: state?.applied ?? {}, outbox: [], started: [] };
}

/** Without an engine, there are only pushed interventions; without the code for these, only events. */
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
    listeners.emit('error', cause); // the entry is passed over
    return [];
  }
}
