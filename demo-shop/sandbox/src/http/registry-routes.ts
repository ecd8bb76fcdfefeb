// The registry's calls, with the addresses and responses that the Python SDK expects.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { InputLog } from '../state/input-log.ts';
import { create, find, remove, update, type Check } from '../registry/publishing.ts';
import { Refusal } from '../support/refusal.ts';
import { answerOf, builtInKeys, normalised } from '../registry/registry-answers.ts';
import { canRead } from '../registry/sdk-compatibility.ts';
import {
  describe,
  isPublished,
  isVersioned,
  nameOf,
  objectTypes,
  type Change,
  type ObjectName,
  type ObjectType,
  type Registry,
  type StoredObject,
} from '../registry/registry.ts';
import {
  listQuery,
  objectBody,
  objectParameters,
  okAnswer,
  registryAnswer,
  registryList,
  registryRefusals,
} from './schemas.ts';
import type { Definition } from '../types.ts';

interface Named {
  Params: { name: string; version?: string };
}

interface Filters {
  readonly applied?: string;
  readonly online?: string;
  readonly offline?: string;
  readonly attribute_key_or_name?: string;
}

export interface RegistryParts {
  readonly inputLog: InputLog;
  readonly registry: Registry;
  readonly check: Check;
}

const tags = ['registry'];
const responses = { 200: registryAnswer, ...registryRefusals };

const schemas = {
  list: { tags, querystring: listQuery, response: { 200: registryList, ...registryRefusals } },
  create: { tags, body: objectBody, response: responses },
  read: { tags, params: objectParameters, response: responses },
  update: { tags, params: objectParameters, body: objectBody, response: responses },
  remove: { tags, params: objectParameters, response: { 200: okAnswer, ...registryRefusals } },
};

export async function registryRoutes(server: FastifyInstance, parts: RegistryParts): Promise<void> {
  const changes = new OneAtATime(parts.inputLog);
  // Only JSON is accepted: a form on another site can send other content types without a preflight request.
  server.removeContentTypeParser('text/plain');
  for (const type of objectTypes) typeRoutes(server, type, parts, changes);
}

function typeRoutes(server: FastifyInstance, type: ObjectType, parts: RegistryParts, changes: OneAtATime): void {
  const calls = new TypeCalls(type, parts, changes);
  const collection = `/api/v1/registry/${type}/`;
  const item = isVersioned(type) ? `${collection}:name/versions/:version` : `${collection}:name`;
  server.get<{ Querystring: Filters }>(collection, { schema: schemas.list }, (request) =>
    calls.list(request.query, sdkOf(request)),
  );
  server.post<{ Body: Definition }>(collection, { schema: schemas.create }, ({ body }) => calls.create(body));
  server.get<Named>(`${collection}:name`, { schema: schemas.read }, (request) =>
    calls.readLatest(request.params.name, sdkOf(request)),
  );
  if (isVersioned(type)) {
    server.get<Named>(item, { schema: schemas.read }, (request) => calls.read(request.params, sdkOf(request)));
  }
  server.put<Named & { Body: Definition }>(item, { schema: schemas.update }, ({ params, body }) =>
    calls.update(params, body),
  );
  server.delete<Named>(item, { schema: schemas.remove }, ({ params }) => calls.remove(params));
}

function sdkOf(request: FastifyRequest): unknown {
  return request.headers['x-signals-sdk-name'];
}

/** The calls for objects of one type. */
class TypeCalls {
  readonly #type: ObjectType;
  readonly #registry: Registry;
  readonly #check: Check;
  readonly #changes: OneAtATime;

  constructor(type: ObjectType, { registry, check }: RegistryParts, changes: OneAtATime) {
    this.#type = type;
    this.#registry = registry;
    this.#check = check;
    this.#changes = changes;
  }

  list(filters: Filters, sdk: unknown): object[] {
    return listed(this.#registry, this.#type)
      .filter((object) => passes(object, filters) && canRead(sdk, object))
      .map((object) => answerOf(this.#registry, object));
  }

  readLatest(name: string, sdk: unknown): object {
    const latest = this.#registry.latest(this.#type, name);
    const object = latest ?? listed(this.#registry, this.#type).find(({ body }) => body.name === name);
    return this.#answer(object ?? find(this.#registry, { type: this.#type, name, version: undefined }), sdk);
  }

  read(path: Named['Params'], sdk: unknown): object {
    return this.#answer(find(this.#registry, named(this.#type, path)), sdk);
  }

  async create(body: Definition): Promise<object> {
    const object = normalised({ type: this.#type, body });
    await this.#changes.make(() => create(this.#registry, this.#check, object));
    return answerOf(this.#registry, object);
  }

  async update(path: Named['Params'], body: Definition): Promise<object> {
    const object = normalised({ type: this.#type, body });
    await this.#changes.make(() => update(this.#registry, this.#check, named(this.#type, path), object));
    return answerOf(this.#registry, object);
  }

  async remove(path: Named['Params']): Promise<object> {
    await this.#changes.make(() => remove(this.#registry, this.#check, named(this.#type, path)));
    return { ok: true };
  }

  #answer(object: StoredObject, sdk: unknown): object {
    if (canRead(sdk, object)) return answerOf(this.#registry, object);
    throw new Refusal(
      400,
      `${describe(nameOf(object))} uses what this version of the SDK cannot read. Use a newer one.`,
    );
  }
}

/** Makes changes one after another, so that each is checked against the result of the one before. */
class OneAtATime {
  readonly #inputLog: InputLog;
  #last: Promise<unknown> = Promise.resolve();

  constructor(inputLog: InputLog) {
    this.#inputLog = inputLog;
  }

  make(decide: () => Promise<readonly Change[]>): Promise<void> {
    const made = this.#last.then(async () => {
      const changes = await decide();
      if (changes.length > 0) await this.#inputLog.change({ kind: 'objects', changes });
    });
    this.#last = made.catch(() => undefined);
    return made;
  }
}

function named(type: ObjectType, { name, version }: Named['Params']): ObjectName {
  if (!isVersioned(type)) return { type, name, version: undefined };
  const number = Number(version);
  if (!/^\d{1,7}$/.test(version ?? '') || number > 1_000_000)
    throw new Refusal(422, 'A version is a whole number up to 1000000.');
  return { type, name, version: number };
}

function listed(registry: Registry, type: ObjectType): StoredObject[] {
  const objects = registry.list(type);
  if (type !== 'attribute_keys') return objects;
  const builtIn = builtInKeys.filter(({ body }) => objects.every((object) => object.body.name !== body.name));
  return [...builtIn, ...objects];
}

function passes(object: StoredObject, filters: Filters): boolean {
  const { body } = object;
  const key = body['attribute_key'] as Definition | undefined;
  return (
    agrees(filters.applied, isPublished(object)) &&
    agrees(filters.online, body['online'] !== false) &&
    agrees(filters.offline, body['offline'] === true) &&
    (filters.attribute_key_or_name === undefined || [key?.name, key?.['key']].includes(filters.attribute_key_or_name))
  );
}

function agrees(filter: string | undefined, value: boolean): boolean {
  return filter === undefined || filter === String(value);
}
