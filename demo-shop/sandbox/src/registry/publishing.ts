// Decides which objects may be created, changed and deleted. Each function throws a Refusal, or returns the changes to
// make, with those of other objects that follow.
import { isDeepStrictEqual } from 'node:util';
import { bundleOf, publishedObjects, type Check } from './bundle.ts';
import { eventLogFaults } from './event-log-check.ts';
import { attributeClashes } from './service-check.ts';
import { Refusal, type Fault } from '../support/refusal.ts';
import {
  describe,
  isPublished,
  nameOf,
  objectTypes,
  withPublication,
  type Change,
  type ObjectName,
  type ObjectType,
  type Registry,
  type StoredObject,
} from './registry.ts';
import type { Definition } from '../types.ts';

/** Returns no change if the registry has the same object. */
export async function create(registry: Registry, check: Check, object: StoredObject): Promise<Change[]> {
  const known = registry.get(nameOf(object));
  if (known === undefined) return put(registry, check, object);
  if (isDeepStrictEqual(known.body, object.body)) return [];
  throw new Refusal(400, `${describe(nameOf(object))} already exists. Update it with PUT.`);
}

export async function update(
  registry: Registry,
  check: Check,
  name: ObjectName,
  given: StoredObject,
): Promise<Change[]> {
  const known = find(registry, name);
  if (!isDeepStrictEqual(nameOf(given), name)) {
    throw new Refusal(422, [fault(['body', 'name'], 'The name and version of the body and of the address differ.')]);
  }
  // A changed event log is a draft: the published form stays.
  const object = known.live === undefined ? given : { ...given, live: known.live };
  if (isDeepStrictEqual(known.body, object.body)) return [];
  if (object.type === 'attribute_groups' && isPublished(known) && !isDeepStrictEqual(content(known), content(object))) {
    throw new Refusal(
      400,
      `Cannot update published attribute group '${name.name}' version ${name.version}: raise the version.`,
    );
  }
  if (isPublished(known) && !isPublished(object))
    return [{ kind: 'put', object }, ...(await withdraw(registry, check, object))];
  return put(registry, check, object);
}

export async function remove(registry: Registry, check: Check, name: ObjectName): Promise<Change[]> {
  const object = find(registry, name);
  if (object.live !== undefined) throw new Refusal(400, `${describe(name)} is published. Unpublish it first.`);
  return [{ kind: 'remove', object: name }, ...(await withdraw(registry, check, object))];
}

/** An object that a request names, and the place in the request's body. */
export interface PlacedName {
  readonly name: ObjectName;
  readonly at: readonly (string | number)[];
}

/** Returns the changes that publish, or unpublish, each of these objects; none for an object that is so already. */
export async function setPublished(
  registry: Registry,
  check: Check,
  names: readonly PlacedName[],
  isWanted: boolean,
): Promise<Change[]> {
  const byType = (type: ObjectType) => names.filter(({ name }) => name.type === type);
  const ordered = isWanted ? objectTypes : [...objectTypes].reverse();
  const all: Change[] = [];
  for (const { name, at } of ordered.flatMap(byType)) {
    const next = registry.with(all);
    const known = find(next, name);
    const object = withPublication(known, isWanted);
    if (isDeepStrictEqual(object, known)) continue;
    try {
      all.push(...(await publication(next, check, object)));
    } catch (error) {
      throw placed(error, name, at);
    }
  }
  return all;
}

/** Gives faults of an object the object's place in the request, and its name. */
function placed(error: unknown, name: ObjectName, at: PlacedName['at']): unknown {
  if (!(error instanceof Refusal) || typeof error.detail === 'string') return error;
  const faults = error.detail.map(({ loc, msg, type }) => {
    const [, ...path] = loc;
    return { loc: ['body', ...at, ...path], msg: `${describe(name)}: ${msg}`, type };
  });
  return new Refusal(error.status, faults);
}

function publication(registry: Registry, check: Check, object: StoredObject): Promise<Change[]> {
  if (object.type !== 'event_logs') return update(registry, check, nameOf(object), object);
  // An event log that goes cannot make another object wrong.
  return isPublished(object) ? put(registry, check, object) : Promise.resolve([{ kind: 'put', object }]);
}

export function find(registry: Registry, name: ObjectName): StoredObject {
  const object = registry.get(name);
  if (object === undefined) throw new Refusal(404, `${describe(name)} does not exist.`);
  return object;
}

async function put(registry: Registry, check: Check, object: StoredObject): Promise<Change[]> {
  const changes: Change[] = [{ kind: 'put', object }];
  const faults = await faultsWith(registry.with(changes), check, object);
  if (faults.length > 0) throw new Refusal(422, faults);
  return changes;
}

async function faultsWith(registry: Registry, check: Check, object: StoredObject): Promise<Fault[]> {
  if (object.type === 'event_logs') return logFaults(registry, check, object);
  const faults = isPublished(object)
    ? faultsOf(await errorsOf(publishedObjects(registry), check, objectTypes), object, true)
    : await draftFaults(registry.all(), check, object);
  return object.type === 'services' && faults.length === 0 ? attributeClashes(registry, object) : faults;
}

/** The published form counts beside all other published objects; a draft is checked alone, since it names no object. */
async function logFaults(registry: Registry, check: Check, log: StoredObject): Promise<Fault[]> {
  const faults = [...eventLogFaults(log.body)];
  if (faults.length > 0) return faults;
  const isDraft = !isDeepStrictEqual(log.live, log.body);
  const objects = isDraft ? [log] : publishedObjects(registry);
  return faultsOf(await errorsOf(objects, check, objectTypes), log, true);
}

/** Checks a draft together with all other objects, so that drafts may name one another. */
async function draftFaults(objects: readonly StoredObject[], check: Check, draft: StoredObject): Promise<Fault[]> {
  const errors = await errorsOf(objects, check);
  if (errors.every(({ culprit }) => culprit !== undefined)) return faultsOf(errors, draft, false);
  // The engine could not read the bundle, so it checked nothing. The reason is this draft, or an older one.
  const isReadable = await Promise.all(objects.map((object) => object === draft || canBeRead(object, check)));
  return faultsOf(
    await errorsOf(
      objects.filter((_, index) => isReadable[index]),
      check,
    ),
    draft,
    false,
  );
}

async function canBeRead(object: StoredObject, check: Check): Promise<boolean> {
  return (await errorsOf([object], check)).every(({ culprit }) => culprit !== undefined);
}

/** Unpublishes the interventions that read an object that goes. Throws if an object of another type uses it. */
async function withdraw(registry: Registry, check: Check, object: StoredObject): Promise<Change[]> {
  if (!isPublished(registry.get(nameOf(object))!)) return [];
  const rest = publishedObjects(registry.with([{ kind: 'remove', object: nameOf(object) }]));
  const users = [...new Set((await errorsOf(rest, check)).map(({ culprit }) => culprit))];
  const inTheWay = users.find((user) => user?.type !== 'interventions');
  if (inTheWay !== undefined) {
    throw new Refusal(
      400,
      `${describe(nameOf(object))} is used by ${describe(nameOf(inTheWay))}. Unpublish that first.`,
    );
  }
  return users.map((user) => ({ kind: 'put', object: unpublished(user!) }));
}

function unpublished({ type, body }: StoredObject): StoredObject {
  return { type, body: { ...body, is_published: false } };
}

/** Everything in a group except for whether it is published. */
function content({ body }: StoredObject): Definition {
  return { ...body, is_published: true };
}

interface ErrorOf {
  /** Undefined if the bundle as a whole has the error. */
  readonly culprit: StoredObject | undefined;
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** `types`: the types that the bundle has; by default those that the engine evaluates. */
async function errorsOf(
  objects: readonly StoredObject[],
  check: Check,
  types?: readonly ObjectType[],
): Promise<ErrorOf[]> {
  const diagnostics = await check(bundleOf(objects, types));
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ pointer, message }) => {
      const [type, index, ...path] = pointer.split('/').slice(1).map(step);
      const culprit = objectTypes.includes(type as ObjectType)
        ? objects.filter((object) => object.type === type)[Number(index)]
        : undefined;
      return { culprit, path, message };
    });
}

/** The errors of an object and of the bundle; with `othersToo` also those that other objects have because of it. */
function faultsOf(errors: readonly ErrorOf[], object: StoredObject, othersToo: boolean): Fault[] {
  const own = nameOf(object);
  return errors.flatMap(({ culprit, path, message }) => {
    if (culprit === undefined) return [fault(['body'], message)];
    if (isDeepStrictEqual(nameOf(culprit), own)) return [fault(['body', ...path], message)];
    return othersToo ? [fault(['body'], `With this, ${describe(nameOf(culprit))} has an error: ${message}`)] : [];
  });
}

function fault(loc: readonly (string | number)[], msg: string): Fault {
  return { loc, msg, type: 'value_error' };
}

function step(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text.replaceAll('~1', '/').replaceAll('~0', '~');
}
