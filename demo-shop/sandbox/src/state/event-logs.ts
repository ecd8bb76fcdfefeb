// The event logs of all sessions, beside the profiles: only inputs change them, and a checkpoint holds them. They are
// bounded by the number of sessions and by their bytes; the sessions without events for the longest time go first.
import { logEvent, readPayload, type EventLog, type EventLogDefinition } from 'tripline/engine';
import { names as namesId } from '../collector/payload-ids.ts';
import { jsonBytes } from '../support/json-bytes.ts';
import { comparable, engineId, type Target, type TrackerPayload } from '../types.ts';

export interface EventLogLimits {
  /** Sessions that have logs. */
  readonly loggedSessions: number;
  /** Bytes of all logs, as JSON. */
  readonly loggedBytes: number;
}

/** The logs of one session. */
interface Session {
  /** Ids of its visitor, so that it can be forgotten by each of them. */
  readonly ids: readonly string[];
  /** By the name of the event log. */
  readonly logs: Readonly<Record<string, EventLog>>;
}

/** All sessions with their ids, in the order of their last events. */
export type EventLogSnapshot = readonly (readonly [string, Session])[];

/** No log keeps an event for longer (ms). */
const longestAge = 3_600_000;
/** A session with more ids starts afresh: it is not one visitor's. */
const mostIds = 100;

const idFields = ['domain_userid', 'domain_sessionid', 'network_userid', 'user_id'];

export class EventLogs {
  readonly #limits: EventLogLimits;
  readonly #sessions = new Map<string, Session & { readonly bytes: number }>();
  #bytes = 0;

  constructor(limits: EventLogLimits, snapshot: EventLogSnapshot = []) {
    this.#limits = limits;
    for (const [id, session] of snapshot) this.#keep(id, session);
  }

  /** Adds an event to the logs that select it. */
  add(definitions: readonly EventLogDefinition[], payload: TrackerPayload, now: number): void {
    if (definitions.length === 0) return;
    const event = readPayload(payload, now);
    const field = (name: string): unknown => event.read({ kind: 'atomic', name });
    const id = field('domain_sessionid');
    if (typeof id !== 'string' || id === '') return;
    const session = this.#sessions.get(key(id));
    const ids = idFields.map(field).filter((each) => typeof each === 'string');
    const all = [...new Set([...(session?.ids ?? []), ...ids.map(key)])];
    const isFresh = session === undefined || all.length > mostIds;
    const logs = { ...(isFresh ? {} : session.logs) };
    let isChanged = false;
    for (const definition of definitions) {
      const log = logEvent(definition, ownLog(logs, definition.name), event, now);
      if (log === undefined || log === ownLog(logs, definition.name)) continue;
      logs[definition.name] = log;
      isChanged = true;
    }
    if (isChanged) this.#keep(key(id), { ids: isFresh ? [...new Set(ids.map(key))] : all, logs });
  }

  get(name: string, id: string): EventLog | undefined {
    return ownLog(this.#sessions.get(key(id))?.logs ?? {}, name);
  }

  /** Drops the sessions of an id, and those whose logs have it as a value. */
  forget({ id }: Target): void {
    for (const [session, { ids, logs }] of this.#sessions) {
      if (ids.includes(key(id)) || namesId(logs, id)) this.#drop(session);
    }
  }

  /** Drops the logs of definitions that are no longer published. */
  retain(isPublished: (name: string) => boolean): void {
    for (const [id, { ids, logs }] of [...this.#sessions]) {
      const kept = Object.entries(logs).filter(([name]) => isPublished(name));
      if (kept.length === Object.keys(logs).length) continue;
      if (kept.length === 0) this.#drop(id);
      else this.#keep(id, { ids, logs: Object.fromEntries(kept) });
    }
  }

  /** Makes events of the future events of now, since the clock was set back (rule 10). */
  rebase(now: number): void {
    for (const [id, { ids, logs }] of [...this.#sessions]) {
      const rebased = Object.entries(logs).map(([name, { start, events }]) => {
        const past = events.map((event) => ({ ...event, time: Math.min(event.time, now) }));
        return [name, { start: Math.min(start, now), events: past }] as const;
      });
      this.#keep(id, { ids, logs: Object.fromEntries(rebased) });
    }
  }

  /** Returns what is kept, without the sessions whose events are too old for every log. */
  snapshot(now: number): EventLogSnapshot {
    for (const [id, { logs }] of this.#sessions) {
      const last = Math.max(...Object.values(logs).map(({ events }) => events.at(-1)?.time ?? -Infinity));
      if (last <= now - longestAge) this.#drop(id);
    }
    return [...this.#sessions].map(([id, { ids, logs }]) => [id, { ids, logs }]);
  }

  #keep(id: string, { ids, logs }: Session): void {
    this.#drop(id);
    const bytes = jsonBytes([id, ids, logs]);
    this.#sessions.set(id, { ids, logs, bytes });
    this.#bytes += bytes;
    const { loggedSessions, loggedBytes } = this.#limits;
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= loggedSessions && this.#bytes <= loggedBytes) return;
      this.#drop(oldest);
    }
  }

  #drop(id: string): void {
    this.#bytes -= this.#sessions.get(id)?.bytes ?? 0;
    this.#sessions.delete(id);
  }
}

function ownLog(logs: Readonly<Record<string, EventLog>>, name: string): EventLog | undefined {
  return Object.hasOwn(logs, name) ? logs[name] : undefined;
}

/** Returns the form in which equal ids are equal (rule 17). */
function key(id: string): string {
  return comparable(engineId(id));
}
