// The event logs of a page: the last events of the visitor's session, as part of the stored state. Loaded by pages whose
// definitions have event logs.
import { warnOfUnknown } from '../engine/inspect.js';
import {
  agenticContext,
  logEvent,
  narrative,
  type AgenticContext,
  type EventLog,
  type EventLogDefinition,
  type ReadableEvent,
} from '../event/event-log.js';
import { attempt } from '../support/attempt.js';
import type { Listeners } from '../support/listeners.js';
import { EngineError } from '../support/problem.js';
import { isProgram } from '../support/program-bytes.js';
import type { TrackerPayload } from '../types.js';
import { idOf } from './held-ids.js';
import type { Entry } from './journal.js';
import type { StoredEventLogs, StoredState } from './store.js';

export class EventLogs {
  readonly #source: { readonly bundle: Uint8Array | undefined };
  readonly #listeners: Listeners;
  readonly #readEvent: (payload: TrackerPayload) => ReadableEvent;
  #parsed: EventLogDefinition[] | undefined;

  /** `source` has the definitions by the time of the first call. `readEvent`: a function that the page has already. */
  constructor(
    source: { readonly bundle: Uint8Array | undefined },
    listeners: Listeners,
    readEvent: (payload: TrackerPayload) => ReadableEvent,
  ) {
    this.#source = source;
    this.#listeners = listeners;
    this.#readEvent = readEvent;
  }

  /**
   * Returns the logs of the newest session after these entries; undefined if there are none. The logs of an earlier
   * session go with the first event of the next one, and a late event of the earlier session is not logged.
   */
  after(state: StoredState | undefined, entries: readonly Entry<object>[], now: number): StoredEventLogs | undefined {
    if (this.#definitions.length === 0) return undefined;
    let stored = this.#intact(state?.eventLogs, now);
    for (const { content, writtenAt } of entries) {
      const { event } = content as { event?: TrackerPayload };
      const session = idOf(event?.['sid']);
      if (!event || session === undefined) continue;
      const isOther = stored?.session !== session;
      if (stored && isOther && writtenAt < stored.at) continue;
      const before: StoredEventLogs = stored && !isOther ? stored : { session, at: writtenAt, logs: {} };
      const readable = this.#readEvent(event);
      const logs = this.#definitions.map(
        (each) => [each.name, logEvent(each, logOf(before, each.name), readable, now)] as const,
      );
      stored = {
        session,
        at: Math.max(before.at, Math.min(writtenAt, now)),
        logs: Object.fromEntries(logs.filter((log): log is [string, EventLog] => log[1] !== undefined)),
      };
    }
    return stored;
  }

  /**
   * Returns the log of a session; undefined, after a warning, if the definitions have none of that name; undefined if
   * there is no session. Throws an EngineError of the code `options` for an unknown format.
   */
  read(
    state: StoredState | undefined,
    session: string | undefined,
    name: string,
    format: unknown,
    now: number,
  ): AgenticContext | string | undefined {
    if (format !== 'json' && format !== 'narrative') {
      throw new EngineError('options', 'The format of an event log must be "json" or "narrative".');
    }
    const definition = this.#definitions.find((each) => each.name === name);
    if (!definition) this.#warnOfUnknown(String(name));
    if (!definition || session === undefined) return undefined;
    const stored = this.#intact(state?.eventLogs, now);
    const log = stored?.session === session ? logOf(stored, name) : undefined;
    return format === 'json' ? agenticContext(definition, session, log, now) : narrative(definition, log, now);
  }

  /** Empty for a compiled program, which has none. */
  get #definitions(): EventLogDefinition[] {
    return (this.#parsed ??=
      attempt(() => {
        const bundle = JSON.parse(new TextDecoder().decode(this.#source.bundle)) as {
          event_logs?: EventLogDefinition[] | null;
        };
        return bundle.event_logs;
      }) ?? []);
  }

  #warnOfUnknown(name: string): void {
    if (!isProgram(this.#source.bundle!)) return warnOfUnknown(this.#listeners, 'event log', name, this.#definitions);
    const message =
      `A compiled program contains no event logs, so "${name}" cannot be read here: ` +
      'give the page the definitions as JSON.';
    this.#listeners.emit('warning', { code: 'options', message });
  }

  /** Returns logs that can be used; times after `now` become `now`, since the clock was set back. */
  #intact(value: unknown, now: number): StoredEventLogs | undefined {
    if (value === undefined) return undefined;
    const stored = attempt(() => intact(value as StoredEventLogs, now));
    if (!stored) {
      const field: keyof StoredState = 'eventLogs';
      const message = `The stored state was damaged in "${field}": the damaged parts are dropped, the rest is kept.`;
      this.#listeners.emit('warning', { code: 'storage', message });
    }
    return stored;
  }
}

function logOf({ logs }: StoredEventLogs, name: string): EventLog | undefined {
  return Object.hasOwn(logs, name) ? logs[name] : undefined;
}

/** Throws a TypeError, or whatever reading another value throws, if it is not what `after` returned. */
function intact({ session, at, logs }: StoredEventLogs, now: number): StoredEventLogs {
  const past = (time: number): number => {
    if (!Number.isFinite(time)) throw new TypeError('not a time');
    return Math.min(time, now);
  };
  const text = (value: string): string => {
    if (typeof value !== 'string') throw new TypeError('not a string');
    return value;
  };
  return {
    session: text(session),
    at: past(at),
    logs: Object.fromEntries(
      Object.entries(logs).map(([name, log]) => [
        name,
        {
          start: past(log.start),
          events: log.events.map(({ id, time, values }) => ({
            id: text(id),
            time: past(time),
            values: Object.fromEntries(Object.entries(values)),
          })),
        },
      ]),
    ),
  };
}
