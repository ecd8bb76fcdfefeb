// Takes journals' entries into the state.
import { completeIntervention } from './direct.js';
import type { Engine } from './engine.js';
import type { Entry, Journal } from './journal.js';
import { withDecided } from './outbox.js';
import { EngineError } from './problem.js';
import { EngineFailure, withSnapshot } from './shared-state.js';
import type { StoredState } from './storage.js';
import type { AttributePush, Intervention, Payload } from './types.js';

/** What the engine takes in. */
export type Input = { event: Payload } | { attributes: AttributePush };

export interface Journals {
  inputs: Journal<Input>;
  /** Interventions that were pushed. They need no engine, so they do not wait for one. */
  direct: Journal<Intervention>;
}

/** Hears of what happens on the way; of the same twice if a transaction is repeated. */
export interface BatchReport {
  /** The host's clock must have been set back. */
  clockSetBack?(): void;
  /** An entry is passed over. */
  refused?(error: EngineError): void;
}

/** A host's clock that is so far behind the engine's (ms) was set back. */
const clockWasSetBack = 300_000;

/**
 * The state with every entry that it lacks, and with what time alone has brought since. Without an engine, its inputs
 * stay in their journals. `now`: the host's clock in ms. Throws EngineFailure.
 */
export function applyJournals(
  state: StoredState | undefined,
  engine: Engine | undefined,
  journals: Journals,
  now: number,
  report: BatchReport = {},
): StoredState | undefined {
  const isSetBack = engine !== undefined && engine.clock - now > clockWasSetBack;
  if (isSetBack) {
    engine.rebase(now);
    report.clockSetBack?.();
  }
  const { applied = {}, outbox = [], started = [] } = state ?? {};
  const direct = journals.direct.pending(applied);
  const inputs = engine ? journals.inputs.pending(applied) : [];
  const isDue = engine !== undefined && engine.nextDeadline <= now;
  if (direct.length + inputs.length === 0 && !isDue && !isSetBack) return state;
  const next = { applied: retained(journals, applied), outbox, started };
  const decide = (interventions: readonly Intervention[], page: string, session?: string): void => {
    next.outbox = withDecided(next, interventions, { decided: now, page, session });
  };
  if (isDue) decide(advance(engine, now), journals.inputs.page);
  for (const entry of direct) {
    decide(pushed(entry, report), entry.page);
    next.applied[entry.page] = entry.number;
  }
  for (const entry of inputs) {
    decide(process(engine as Engine, entry, now, report), entry.page, sessionOf(entry.content));
    next.applied[entry.page] = entry.number;
  }
  return { ...(state && !engine ? state : withSnapshot(state, engine?.snapshot())), ...next };
}

/** The state without profiles and marks, in which all that was tracked counts as applied. */
export function emptied(state: StoredState | undefined, engine: Engine | undefined, journals: Journals): StoredState {
  const applied = { ...state?.applied };
  for (const journal of [journals.inputs, journals.direct]) {
    for (const { page, number } of journal.pending(applied)) applied[page] = number;
  }
  engine?.clear();
  return { ...withSnapshot(state, engine?.snapshot()), applied, outbox: [], started: [] };
}

export function sessionOf(input: Input): string | undefined {
  const session = 'event' in input ? input.event?.['sid'] : undefined;
  return typeof session === 'string' ? session : undefined;
}

function retained({ inputs, direct }: Journals, applied: StoredState['applied']): StoredState['applied'] {
  return { ...inputs.retained(applied), ...direct.retained(applied) };
}

function advance(engine: Engine, now: number): Intervention[] {
  try {
    return engine.advance(now);
  } catch (cause) {
    throw new EngineFailure(cause);
  }
}

function process(engine: Engine, entry: Entry<Input>, now: number, report: BatchReport): Intervention[] {
  const { content, writtenAt } = entry;
  try {
    return 'attributes' in content
      ? engine.push(content.attributes, now, writtenAt)
      : engine.process(content.event, now);
  } catch (cause) {
    return refused(cause, report, entry);
  }
}

function pushed({ content }: Entry<Intervention>, report: BatchReport): Intervention[] {
  try {
    return [completeIntervention(content)];
  } catch (cause) {
    return refused(cause, report);
  }
}

function refused(cause: unknown, report: BatchReport, entry?: Entry<Input>): [] {
  if (!(cause instanceof EngineError && cause.code === 'options')) throw new EngineFailure(cause, entry);
  report.refused?.(cause);
  return [];
}
