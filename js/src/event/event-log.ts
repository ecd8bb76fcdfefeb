// Event logs, which Signals also calls agentic contexts: the last events of a session, each projected to chosen
// properties. Pure functions: the host keeps the log, and passes the time. A file of its own, since few pages need it.
import type { Input, Path } from '../../dist/engine/tripline.js';

/** An event log as the Python SDK dumps it. */
export interface EventLogDefinition {
  name: string;
  /** The sessions whose events are logged: `{name: 'domain_sessionid'}`. */
  attribute_key: { name: string };
  events: EventSelectionDefinition[];
  /** The number of events that are kept. */
  max_events: number;
  /** The time for which an event is kept. */
  max_age_seconds: number;
  /** Instructions for the reader of the log, who gets them with it. */
  prompt?: string | null;
  version?: number | null;
  description?: string | null;
  owner?: string | null;
  is_published?: boolean | null;
}

/** Events to log, and the properties to keep of each. */
export interface EventSelectionDefinition {
  event: EventLogEventDefinition;
  properties: EventLogPropertyDefinition[];
}

/** Selects events. Each member that is given must be equal; `event_specification_id` stands alone. */
export interface EventLogEventDefinition {
  name?: string | null;
  vendor?: string | null;
  version?: string | null;
  /** Any version with this first number. */
  major_version?: number | null;
  event_specification_id?: string | null;
}

/** A property to keep. `output_name`: its name in the log, by default the field's or the end of the path. */
export type EventLogPropertyDefinition = { output_name?: string | null } & (
  | { type: 'atomic'; name: string }
  | { type: 'event'; vendor: string; name: string; major_version: number; path: string }
  | { type: 'entity'; vendor: string; name: string; major_version: number; path: string; index?: number | null }
);

/** The parts of an event that a log keeps. */
export interface LoggedEvent {
  /** Event id. */
  readonly id: string;
  /** Event time (ms). */
  readonly time: number;
  /** By output name; a property that the event does not have is left out. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** The kept events of one session. Plain data, so that a host can store it as JSON. */
export interface EventLog {
  /** The time of the first event since the log was empty (ms). */
  readonly start: number;
  /** In the order of their times, oldest first. */
  readonly events: readonly LoggedEvent[];
}

/** The events of a session in the form of the Signals API, newest first. */
export interface AgenticContext {
  name: string;
  attribute_key: string;
  identifier: string;
  events: Record<string, unknown>[];
  prompt: string | null;
  /** The time of the first event since the log was empty; now if it is empty (ms). */
  started_at_ms: number;
  /** A sentence about the age of the events. */
  summary: string;
}

/** The event that `readEvent` returns. */
export interface ReadableEvent {
  readonly entities: readonly unknown[];
  /** Returns the string at a key of the payload, without control characters. */
  text(key: string): string | undefined;
  /** Event time (ms); NaN if there is none. */
  time(): number;
  /** Returns the value of an input in JSON types, or a Date. */
  read(input: Input): unknown;
}

/** The only key that event logs have. */
export const eventLogKey = 'domain_sessionid';

/** Characters of a value as JSON; a longer string is cut, another longer value is left out (rule 26). */
const longestValue = 8192;
/** Characters of a log's values as JSON; the oldest events go first. */
const longestLog = 250_000;

/**
 * Returns the log with this event, if one of the definition's selections matches it; else the log as it was. An event
 * whose id the log has is ignored (rule 15), and so is a receipt of an intervention (rule 18); one from the future
 * counts as now (rule 10).
 */
export function logEvent(
  definition: EventLogDefinition,
  log: EventLog | undefined,
  event: ReadableEvent,
  now: number,
): EventLog | undefined {
  const isReceipt = event.read({ kind: 'atomic', name: 'event_vendor' }) === 'com.snowplowanalytics.signals';
  const selection = isReceipt ? undefined : definition.events.find((each) => isSelected(each.event, event));
  const id = event.text('eid')?.toLowerCase() ?? '';
  if (selection === undefined || (id !== '' && log?.events.some((each) => each.id === id))) return log;
  const current = currentLog(definition, log, now);
  const known = current?.events ?? [];
  const time = event.time() <= now ? event.time() : now;
  const at = known.filter((each) => each.time <= time).length;
  const added = { id, time, values: projected(selection, event) };
  const events = kept(definition, [...known.slice(0, at), added, ...known.slice(at)], now);
  return events.includes(added) ? { start: Math.min(current?.start ?? time, time), events } : current;
}

/** Returns the part of a log that is not too old; undefined if nothing is left. */
export function currentLog(
  definition: EventLogDefinition,
  log: EventLog | undefined,
  now: number,
): EventLog | undefined {
  const events = kept(definition, log?.events ?? [], now);
  return events.length === 0 ? undefined : { start: log!.start, events };
}

/** Returns the log as `get_agentic_context` does with the format `json`. */
export function agenticContext(
  definition: EventLogDefinition,
  identifier: string,
  log: EventLog | undefined,
  now: number,
): AgenticContext {
  const current = currentLog(definition, log, now);
  return {
    name: definition.name,
    attribute_key: definition.attribute_key.name,
    identifier,
    events: (current?.events ?? []).map(({ values }) => ({ ...values })).reverse(),
    prompt: definition.prompt ?? null,
    started_at_ms: current?.start ?? now,
    summary: summaryOf(definition, current, now),
  };
}

/**
 * Returns the log as text for a language model, as `get_agentic_context` does with the format `narrative`: the prompt,
 * and between two marks a line for each event, oldest first, under the names of its columns. The values of `event_name`
 * and `page_urlpath` have columns of their own.
 */
export function narrative(definition: EventLogDefinition, log: EventLog | undefined, now: number): string {
  const current = currentLog(definition, log, now);
  const lines = (current?.events ?? []).map(({ time, values: { event_name, page_urlpath, ...rest } }) =>
    [Math.floor((time - current!.start) / 1000), cell(event_name), cell(page_urlpath), literal(rest)].join(', '),
  );
  return [
    ...(definition.prompt ? [definition.prompt] : []),
    '[START CONTEXT]',
    summaryOf(definition, current, now),
    'One line for each event, the oldest first.',
    'seconds_since_start_of_session, event, url, event_context',
    ...lines,
    '[END CONTEXT]',
  ].join('\n');
}

/** Returns the steps of a path such as `$.items[0].price` (rule 31); undefined if it does not lead to one value. */
export function pathOf(text: string): Path | undefined {
  const path = text.replace(/^\$(\.|(?=\[))/, '');
  if (text.length > 1000 || !/^([^.[\]]+|\[\d{1,6}\])(\.[^.[\]]+|\[\d{1,6}\])*$/.test(path)) return undefined;
  const steps = [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([name, index]) => (index ? Number(index) : name));
  return steps.some((step) => ['*', '$', '__proto__'].includes(String(step))) ? undefined : steps;
}

/** Returns the name of a property in the log. */
export function outputName(property: EventLogPropertyDefinition): string {
  return property.output_name ?? (property.type === 'atomic' ? property.name : property.path.replace(/^.*\./, ''));
}

function isSelected(selector: EventLogEventDefinition, event: ReadableEvent): boolean {
  const { name, vendor, version, major_version, event_specification_id } = selector;
  const hasField = (field: string, value: string | null | undefined) =>
    !isGiven(value) || event.read({ kind: 'atomic', name: field }) === value;
  const inVersion = !isGiven(major_version) || String(event.read(versionField)).startsWith(`${major_version}-`);
  return (
    hasField('event_name', name) &&
    hasField('event_vendor', vendor) &&
    hasField('event_version', version) &&
    inVersion &&
    (!isGiven(event_specification_id) || hasSpecification(event, event_specification_id))
  );
}

/** False also for null, which counts as absent (rule 30). */
function isGiven<Value>(value: Value): value is NonNullable<Value> {
  return value !== undefined && value !== null;
}

const versionField = { kind: 'atomic', name: 'event_version' } as const;

function hasSpecification(event: ReadableEvent, id: string): boolean {
  const input = {
    vendor: 'com.snowplowanalytics.snowplow',
    name: 'event_specification',
    major_version: 1,
    path: ['id'],
  };
  return event.entities.some((_, index) => event.read({ kind: 'entity', ...input, index }) === id);
}

/** Returns the value of a property as a log keeps it; undefined if the event does not have it. */
export function propertyValue(property: EventLogPropertyDefinition, event: ReadableEvent): unknown {
  return keptValue(event.read(inputOf(property)));
}

function projected({ properties }: EventSelectionDefinition, event: ReadableEvent): Record<string, unknown> {
  const values = properties.map((each) => [outputName(each), propertyValue(each, event)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined && value !== null));
}

function inputOf(property: EventLogPropertyDefinition): Input {
  if (property.type === 'atomic') return { kind: 'atomic', name: property.name };
  const { vendor, name, major_version } = property;
  const path = pathOf(property.path) ?? ['__proto__'];
  return property.type === 'event'
    ? { kind: 'event', vendor, name, major_version, path }
    : { kind: 'entity', vendor, name, major_version, index: property.index ?? 0, path };
}

function keptValue(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, longestValue);
  if (typeof value === 'number' && !Number.isFinite(value)) return undefined;
  const json = JSON.stringify(value) as string | undefined;
  return json === undefined || json.length > longestValue ? undefined : (JSON.parse(json) as unknown);
}

function kept(
  { max_events, max_age_seconds }: EventLogDefinition,
  events: readonly LoggedEvent[],
  now: number,
): LoggedEvent[] {
  const young = events.filter(({ time }) => time > now - max_age_seconds * 1000).slice(-max_events);
  let characters = 0;
  const fitting = young.reverse().filter(({ values }) => (characters += JSON.stringify(values).length) <= longestLog);
  return fitting.reverse();
}

function summaryOf(
  { max_events, max_age_seconds }: EventLogDefinition,
  log: EventLog | undefined,
  now: number,
): string {
  const limits = `At most ${max_events} events of the last ${max_age_seconds} seconds are kept.`;
  const last = log?.events.at(-1);
  if (log === undefined || last === undefined) return `The log is empty. ${limits}`;
  const age = (time: number) => Math.max(Math.floor((now - time) / 1000), 0);
  return `Last activity ${age(last.time)} seconds ago, the first one ${age(log.start)} seconds ago. ${limits}`;
}

/** A value on one line. */
function cell(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? escaped(value) : literal(value);
}

/** Writes `{tag: 'culture', price: 10}`. */
function literal(value: unknown): string {
  if (typeof value === 'string') return `'${escaped(value).replaceAll("'", "\\'")}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([name, member]) => `${escaped(name)}: ${literal(member)}`)
    .join(', ')}}`;
}

/** Escapes what would end a line, as JSON does. */
function escaped(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replace(/[\x7f-\x9f\u2028\u2029]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
