// The registry's calls, with the addresses and answers that the Python SDK expects.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Journal } from '../state/input-log.ts';
import { create, find, remove, update, type Check } from '../registry/publishing.ts';
import { Refusal } from '../support/refusal.ts';
import { answerOf, builtInKeys, normalised } from '../registry/registry-answers.ts';
import { canRead } from '../registry/sdk-compatibility.ts';
import { describe, isPublished, isVersioned, nameOf, objectTypes, type Change, type ObjectName, type ObjectType, type Registry, type StoredObject } from '../registry/registry.ts';
import { listQuery, objectBody, objectParameters, okAnswer, registryAnswer, registryList, registryRefusals } from './schemas.ts';
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
  readonly journal: Journal;
  readonly registry: Registry;
  readonly check: Check;
}

export async function registryRoutes(server: FastifyInstance, parts: RegistryParts): Promise<void> {
  const changes = new OneAtATime(parts.journal);
  // Bodies count only as JSON: a form on another site can send anything else without asking first.
  server.removeContentTypeParser('text/plain');
  for (const type of objectTypes) typeRoutes(server, type, parts, changes);
}

function typeRoutes(server: FastifyInstance, type: ObjectType, { registry, check }: RegistryParts, changes: OneAtATime): void {
  const collection = `/api/v1/registry/${type}/`;
  const item = isVersioned(type) ? `${collection}:name/versions/:version` : `${collection}:name`;
  const tags = ['registry'];
  const answer = (object: StoredObject): object => answerOf(registry, object);
  const sdkOf = (request: FastifyRequest): unknown => request.headers['x-signals-sdk-name'];
  const read = (request: FastifyRequest, object: StoredObject): object => {
    if (canRead(sdkOf(request), object)) return answer(object);
    throw new Refusal(400, `${describe(nameOf(object))} uses what this version of the SDK cannot read. Use a newer one.`);
  };

  server.get<{ Querystring: Filters }>(
    collection,
    { schema: { tags, querystring: listQuery, response: { 200: registryList, ...registryRefusals } } },
    (request) =>
      listed(registry, type)
        .filter((object) => passes(object, request.query) && canRead(sdkOf(request), object))
        .map(answer),
  );

  server.post<{ Body: Definition }>(
    collection,
    { schema: { tags, body: objectBody, response: { 200: registryAnswer, ...registryRefusals } } },
    async (request) => {
      const object = normalised({ type, body: request.body });
      await changes.make(() => create(registry, check, object));
      return answer(object);
    },
  );

  server.get<Named>(
    `${collection}:name`,
    { schema: { tags, params: objectParameters, response: { 200: registryAnswer, ...registryRefusals } } },
    (request) => {
      const { name } = request.params;
      const object = registry.latest(type, name) ?? listed(registry, type).find(({ body }) => body.name === name);
      return read(request, object ?? find(registry, { type, name, version: undefined }));
    },
  );

  if (isVersioned(type)) {
    server.get<Named>(
      item,
      { schema: { tags, params: objectParameters, response: { 200: registryAnswer, ...registryRefusals } } },
      (request) => read(request, find(registry, named(type, request.params))),
    );
  }

  server.put<Named & { Body: Definition }>(
    item,
    { schema: { tags, params: objectParameters, body: objectBody, response: { 200: registryAnswer, ...registryRefusals } } },
    async (request) => {
      const object = normalised({ type, body: request.body });
      await changes.make(() => update(registry, check, named(type, request.params), object));
      return answer(object);
    },
  );

  server.delete<Named>(
    item,
    { schema: { tags, params: objectParameters, response: { 200: okAnswer, ...registryRefusals } } },
    async (request) => {
      await changes.make(() => remove(registry, check, named(type, request.params)));
      return { ok: true };
    },
  );
}

/** Each change is held against the state that the one before has left. */
class OneAtATime {
  readonly #journal: Journal;
  #last: Promise<unknown> = Promise.resolve();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  make(decide: () => Promise<readonly Change[]>): Promise<void> {
    const made = this.#last.then(async () => {
      const changes = await decide();
      if (changes.length > 0) await this.#journal.change({ kind: 'objects', changes });
    });
    this.#last = made.catch(() => undefined);
    return made;
  }
}

function named(type: ObjectType, { name, version }: Named['Params']): ObjectName {
  if (!isVersioned(type)) return { type, name, version: undefined };
  const number = Number(version);
  if (!/^\d{1,7}$/.test(version ?? '') || number > 1_000_000) throw new Refusal(422, 'A version is a whole number up to 1000000.');
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
