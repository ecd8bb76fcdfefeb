// Tracker payload → one value per input of the program. Each input becomes a getter once, when the
// definitions are loaded; an event's JSON is decoded only if a getter asks for it.
import type { Input, Path } from '../../dist/engine/tripline.js';
import type { TrackerPayload } from '../types.js';
import { atomicFields } from './atomic-fields.js';
import { own } from './conversions.js';
import { schemaKey, schemaOf } from './schema.js';
import { TrackedEvent } from './tracked-event.js';

type ScalarValue = null | boolean | number | string | Date;

/** The value of an input; undefined: missing. A list holds scalars only. A Date is the time of an atomic field. */
export type InputValue = undefined | ScalarValue | ScalarValue[];

/** An event bound to the program's inputs. `time` in ms; NaN if the event has none. */
export interface BoundEvent {
  id: string;
  time: number;
  values: InputValue[];
}

type Getter = (event: TrackedEvent) => unknown;

/**
 * Returns a function that reads the program's inputs from a payload. It never throws. `receivedAt`: when a server
 * received the payload, in whole ms; NaN in a page.
 */
export function bindInputs(inputs: readonly Input[]): (payload: TrackerPayload, receivedAt?: number) => BoundEvent {
  const getters = inputs.map(getterOf);
  return (payload, receivedAt) => {
    const event = new TrackedEvent(payload, receivedAt);
    return {
      id: event.text('eid') ?? '',
      time: event.time(),
      values: getters.map((get) => inputValue(get(event))),
    };
  };
}

/** True if the event reports on an intervention. Such events never update attributes (rule 18). */
export function isReceipt(payload: TrackerPayload): boolean {
  const plain = own(payload, 'ue_pr');
  if (typeof plain === 'string' && !plain.includes(receiptVendor)) return false;
  return schemaOf(new TrackedEvent(payload).unstruct.schema)?.vendor === receiptVendor;
}

const receiptVendor = 'com.snowplowanalytics.signals';

function getterOf(input: Input): Getter {
  if (input.kind === 'atomic') return fieldGetter(input.name);
  const key = schemaKey(input.vendor, input.name, input.major_version);
  const { path } = input;
  if (input.kind === 'entity') {
    const { index } = input;
    if (index === undefined) return (event) => event.entitiesOf(key).map((data) => follow(data, path));
    return (event) => follow(event.entitiesOf(key)[index], path);
  }
  return (event) => {
    const { schema, data } = event.unstruct;
    return schemaOf(schema)?.key === key ? follow(data, path) : undefined;
  };
}

/**
 * Reads a payload for callers that want single values: atomic fields by their canonical names, or any input without the
 * engine's limits.
 */
export function readEvent(
  payload: TrackerPayload,
  receivedAt?: number,
): TrackedEvent & { field(name: string): InputValue; read(input: Input): unknown } {
  const event = new TrackedEvent(payload, receivedAt);
  return Object.assign(event, {
    field: (name: string) => inputValue(fieldGetter(name)(event)),
    read: (input: Input) => getterOf(input)(event),
  });
}

function fieldGetter(name: string): Getter {
  return (own(atomicFields, name) ?? (() => undefined)) as Getter;
}

// Follows own properties of objects by name and elements of arrays by index, nothing else (rule 4).
function follow(value: unknown, path: Path): unknown {
  for (const step of path) {
    if (Array.isArray(value) !== (typeof step === 'number')) return undefined;
    value = own(value, step);
  }
  return value;
}

/** Keeps the first 1,000 elements of an array (rule 26). */
function inputValue(value: unknown): InputValue {
  if (isScalar(value)) return value;
  return Array.isArray(value) ? value.slice(0, 1000).filter((each) => isScalar(each) && each !== null) : undefined;
}

function isScalar(value: unknown): value is ScalarValue {
  if (typeof value === 'object') return value === null || value instanceof Date;
  return typeof value === 'number' ? isFinite(value) : value !== undefined;
}
