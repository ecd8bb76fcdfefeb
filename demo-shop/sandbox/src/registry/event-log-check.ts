// Checks of an event log that the API makes besides those of the engine: lengths of strings, names of properties.
import type { Fault } from '../support/refusal.ts';
import type { Definition } from '../types.ts';

type Path = readonly (string | number)[];

/** The only attribute key of event logs. */
const key = 'domain_sessionid';

const longestLists = { events: 20, properties: 50 };
const longestTexts: Readonly<Record<string, number>> = { prompt: 3800, description: 1024, owner: 255 };

export function* eventLogFaults(log: Definition): Generator<Fault> {
  const { name } = Object(log['attribute_key']) as { name?: unknown };
  if (name !== key) yield fault(['attribute_key', 'name'], `An event log needs the attribute key '${key}'.`);
  yield* numberFaults(log, 'max_events', 100);
  yield* numberFaults(log, 'max_age_seconds', 3600);
  for (const [member, longest] of Object.entries(longestTexts)) {
    const text = log[member];
    if (text === undefined || (typeof text === 'string' && [...text].length <= longest && !text.includes('\0')))
      continue;
    yield fault([member], `'${member}' must be a string of at most ${longest} characters, without NUL.`);
  }
  yield* listFaults(log, 'events', []);
  for (const [index, selection] of listOf(log, 'events').entries())
    yield* selectionFaults(selection, ['events', index]);
}

function* selectionFaults(selection: Definition, at: Path): Generator<Fault> {
  yield* eventFaults(selection['event'], [...at, 'event']);
  yield* listFaults(selection, 'properties', at);
  const names = new Set<string>();
  for (const [index, property] of listOf(selection, 'properties').entries()) {
    const place = [...at, 'properties', index];
    if (!['atomic', 'event', 'entity'].includes(String(property['type']))) {
      yield fault([...place, 'type'], "'type' must be 'atomic', 'event' or 'entity'.");
      continue;
    }
    const name = property['output_name'] ?? defaultName(property);
    if (typeof name !== 'string' || name === '')
      yield fault([...place, 'output_name'], "'output_name' must be a string.");
    else if (names.has(name)) {
      yield fault(
        [...place, 'output_name'],
        `Two properties would have the name '${name}': give one an 'output_name'.`,
      );
    }
    names.add(String(name));
  }
}

function* eventFaults(event: unknown, at: Path): Generator<Fault> {
  if (!isObject(event)) {
    yield fault(at, '\'event\' must be an object such as {"name": "page_view"}.');
    return;
  }
  const { version, major_version, event_specification_id, ...rest } = event;
  if (major_version !== undefined && !(Number.isInteger(major_version) && Number(major_version) > 0)) {
    yield fault([...at, 'major_version'], "'major_version' must be an integer above 0.");
  }
  if (version !== undefined && major_version !== undefined) {
    yield fault([...at, 'major_version'], "Give either 'version' or 'major_version'.");
  }
  if (event_specification_id === undefined) return;
  if (typeof event_specification_id !== 'string' || event_specification_id === '') {
    yield fault([...at, 'event_specification_id'], "'event_specification_id' must be a string.");
  }
  if ([version, major_version, rest['name'], rest['vendor']].some((each) => each !== undefined)) {
    const others = "'name', 'vendor', 'version' and 'major_version'";
    yield fault([...at, 'event_specification_id'], `'event_specification_id' stands alone, without ${others}.`);
  }
}

function* numberFaults(log: Definition, member: string, most: number): Generator<Fault> {
  const value = log[member];
  if (Number.isInteger(value) && Number(value) > 0 && Number(value) <= most) return;
  yield fault([member], `'${member}' must be an integer from 1 to ${most}.`);
}

function* listFaults(object: Definition, member: keyof typeof longestLists, at: Path): Generator<Fault> {
  const list = object[member];
  const most = longestLists[member];
  if (Array.isArray(list) && list.length > 0 && list.length <= most && list.every(isObject)) return;
  yield fault([...at, member], `'${member}' must be a list of 1 to ${most} objects.`);
}

function listOf(object: Definition, member: string): Definition[] {
  const list = object[member];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function defaultName({ type, name, path }: Definition): unknown {
  return type === 'atomic' ? name : String(path).replace(/^.*\./, '');
}

function isObject(value: unknown): value is Definition {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fault(at: Path, msg: string): Fault {
  return { loc: ['body', ...at], msg, type: 'value_error' };
}
