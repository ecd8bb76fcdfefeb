// The registry's calls, with the addresses and responses that the Python SDK expects.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { InputLog } from '../state/input-log.ts';
import type { Check } from '../registry/bundle.ts';
import { create, find, remove, setPublished, update, type PlacedName } from '../registry/publishing.ts';
import { Refusal } from '../support/refusal.ts';
import { responseOf, builtInKeys, isBuiltInKey, normalised } from '../registry/registry-responses.ts';
import { spelledFor, type SdkCompatibility } from '../registry/sdk-compatibility.ts';
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
  publicationAnswer,
  publicationBody,
  registryAnswer,
  registryList,
  registryRefusals,
} from './schemas.ts';
import { needsLanguageModel } from './unavailable-routes.ts';
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
  readonly compatibility: SdkCompatibility;
}

type Publication = Readonly<Record<string, readonly { readonly name: string; readonly version?: number }[]>>;

const tags = ['registry'];
const responses = { 200: registryAnswer, ...registryRefusals };

const schemas = {
  list: { tags, querystring: listQuery, response: { 200: registryList, ...registryRefusals } },
  create: { tags, body: objectBody, response: responses },
  read: { tags, params: objectParameters, response: responses },
  update: { tags, params: objectParameters, body: objectBody, response: responses },
  remove: { tags, params: objectParameters, response: { 200: okAnswer, ...registryRefusals } },
  publish: publication('Publishes objects that the registry has'),
  unpublish: publication('Unpublishes objects; they stay in the registry'),
};

function publication(summary: string): object {
  return {
    tags: ['engines'],
    summary,
    body: publicationBody,
    response: { 200: publicationAnswer, ...registryRefusals, 501: registryRefusals['5xx'] },
  };
}

export async function registryRoutes(server: FastifyInstance, parts: RegistryParts): Promise<void> {
  const changes = new OneAtATime(parts.inputLog);
  // Only JSON is accepted: a form on another site can send other content types without a preflight request.
  server.removeContentTypeParser('text/plain');
  for (const type of objectTypes) typeRoutes(server, type, parts, changes);
  for (const isWanted of [true, false]) {
    const call = isWanted ? 'publish' : 'unpublish';
    server.post<{ Body: Publication }>(`/api/v1/engines/${call}`, { schema: schemas[call] }, async ({ body }) => {
      const isChanged = await changes.make(() =>
        setPublished(parts.registry, parts.check, namesIn(body, parts.registry), isWanted),
      );
      return { status: isChanged ? `${call}ed` : `nothing to ${call}` };
    });
  }
}

function namesIn(body: Publication, registry: Registry): PlacedName[] {
  const agentic = ['agentic_decisions', 'agentic_attributes'].some((list) => (body[list]?.length ?? 0) > 0);
  if (agentic) throw new Refusal(501, needsLanguageModel);
  const names = objectTypes.flatMap((type) =>
    (body[type] ?? []).map(({ name, version }, index) => ({
      name: { type, name, version: isVersioned(type) ? version : undefined },
      at: [type, index],
    })),
  );
  // Built-in keys are always there, unless the registry has an own definition of one.
  return names.filter(({ name }) => registry.get(name) !== undefined || !isBuiltInKey(name));
}

function typeRoutes(server: FastifyInstance, type: ObjectType, parts: RegistryParts, changes: OneAtATime): void {
  const calls = new TypeCalls(type, parts, changes);
  const collection = `/api/v1/registry/${type}/`;
  const item = isVersioned(type) ? `${collection}:name/versions/:version` : `${collection}:name`;
  server.get<{ Querystring: Filters }>(collection, { schema: schemas.list }, (request) =>
    calls.list(request.query, sdkOf(request)),
  );
  server.post<{ Body: Definition }>(collection, { schema: schemas.create }, (request) =>
    calls.create(request.body, sdkOf(request)),
  );
  server.get<Named>(`${collection}:name`, { schema: schemas.read }, (request) =>
    calls.readLatest(request.params.name, sdkOf(request)),
  );
  if (isVersioned(type)) {
    server.get<Named>(item, { schema: schemas.read }, (request) => calls.read(request.params, sdkOf(request)));
  }
  server.put<Named & { Body: Definition }>(item, { schema: schemas.update }, (request) =>
    calls.update(request.params, request.body, sdkOf(request)),
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
  readonly #compatibility: SdkCompatibility;
  readonly #changes: OneAtATime;

  constructor(type: ObjectType, { registry, check, compatibility }: RegistryParts, changes: OneAtATime) {
    this.#type = type;
    this.#registry = registry;
    this.#check = check;
    this.#compatibility = compatibility;
    this.#changes = changes;
  }

  list(filters: Filters, sdk: unknown): object[] {
    return listed(this.#registry, this.#type)
      .filter((object) => passes(object, filters) && this.#compatibility.canRead(sdk, object))
      .map((object) => spelledFor(sdk, responseOf(this.#registry, object)));
  }

  readLatest(name: string, sdk: unknown): object {
    const latest = this.#registry.latest(this.#type, name);
    const object = latest ?? listed(this.#registry, this.#type).find(({ body }) => body.name === name);
    return this.#answer(object ?? find(this.#registry, { type: this.#type, name, version: undefined }), sdk);
  }

  read(path: Named['Params'], sdk: unknown): object {
    return this.#answer(find(this.#registry, named(this.#type, path)), sdk);
  }

  async create(body: Definition, sdk: unknown): Promise<object> {
    const object = normalised({ type: this.#type, body });
    await this.#changes.make(() => create(this.#registry, this.#check, object));
    return this.#stored(nameOf(object), sdk);
  }

  async update(path: Named['Params'], body: Definition, sdk: unknown): Promise<object> {
    const object = normalised({ type: this.#type, body });
    await this.#changes.make(() => update(this.#registry, this.#check, named(this.#type, path), object));
    return this.#stored(nameOf(object), sdk);
  }

  async remove(path: Named['Params']): Promise<object> {
    await this.#changes.make(() => remove(this.#registry, this.#check, named(this.#type, path)));
    return { ok: true };
  }

  /** Returns the object that was stored. Its warnings are logged, too: the SDK does not show them. */
  #stored(name: ObjectName, sdk: unknown): object {
    const object = find(this.#registry, name);
    const warnings = warningsOf(object);
    for (const warning of warnings) console.error(warning);
    return { ...spelledFor(sdk, responseOf(this.#registry, object)), ...(warnings.length > 0 && { warnings }) };
  }

  #answer(object: StoredObject, sdk: unknown): object {
    const obstacle = this.#compatibility.obstacle(sdk, object);
    if (obstacle === undefined) return spelledFor(sdk, responseOf(this.#registry, object));
    const advice = obstacle.release
      ? `Use snowplow-signals ${obstacle.release} or newer.`
      : 'No release of snowplow-signals can: read it without the SDK.';
    const name = describe(nameOf(object));
    throw new Refusal(404, `${name} has ${obstacle.feature}, which this release of the SDK cannot read. ${advice}`);
  }
}

function warningsOf(object: StoredObject): string[] {
  const { offline, attributes } = object.body;
  const isBatchGroup = object.type === 'attribute_groups' && offline === true && Array.isArray(attributes);
  if (!isBatchGroup || !isPublished(object)) return [];
  const name = describe(nameOf(object));
  return [`${name} is a batch group. The sandbox has no warehouse and computes it from the events that it receives.`];
}

/** Makes changes one after another, so that each is checked against the result of the one before. */
class OneAtATime {
  readonly #inputLog: InputLog;
  #last: Promise<unknown> = Promise.resolve();

  constructor(inputLog: InputLog) {
    this.#inputLog = inputLog;
  }

  /** Resolves with true if there was something to change. */
  make(decide: () => Promise<readonly Change[]>): Promise<boolean> {
    const made = this.#last.then(async () => {
      const changes = await decide();
      if (changes.length > 0) await this.#inputLog.change({ kind: 'objects', changes });
      return changes.length > 0;
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
