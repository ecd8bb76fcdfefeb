// Attributes: read by services and groups, pushed, and forgotten.
import type { FastifyInstance } from 'fastify';
import type { Journal } from '../state/input-log.ts';
import type { Limits } from '../options.ts';
import { find } from '../registry/publishing.ts';
import type { Push } from '../state/inputs.ts';
import type { RecentEvents } from '../collector/recent-events.ts';
import { Refusal } from '../support/refusal.ts';
import { isPublished, type Registry, type StoredObject } from '../registry/registry.ts';
import { columns, forgottenAnswer, okAnswer, profileParameters, pushBody, readAttributesBody, servingRefusals } from './schemas.ts';
import type { AttributeName, State } from '../state/state.ts';
import { names } from '../collector/payload-ids.ts';
import type { Definition, Target } from '../types.ts';

interface ReadRequest {
  readonly attribute_keys: Readonly<Record<string, readonly string[]>>;
  readonly service?: string;
  readonly attributes?: readonly string[];
  readonly full_attribute_names?: boolean;
}

export interface AttributeParts {
  readonly journal: Journal;
  readonly state: State;
  readonly recent: RecentEvents;
  readonly limits: Limits;
}

export async function attributeRoutes(server: FastifyInstance, { journal, state, recent, limits }: AttributeParts): Promise<void> {
  const tags = ['attributes'];

  server.post<{ Body: ReadRequest }>(
    '/api/v1/get-online-attributes',
    {
      schema: {
        tags,
        summary: 'Reads the attributes of a service, or those that are named, for some identifiers',
        body: readAttributesBody,
        response: { 200: columns, ...servingRefusals },
      },
    },
    async (request) => {
      const targets = readIdentifiers(request.body.attribute_keys, limits.readIdentifiers);
      const wanted = wantedAttributes(state.registry, request.body);
      // The journal builds the engine anew before it takes anything in.
      if (state.isBroken) await journal.submit([]);
      return readColumns(state, request.body, targets, wanted);
    },
  );

  server.post<{ Body: Push }>(
    '/api/v1/attributes',
    {
      schema: {
        tags,
        summary: 'Sets fields of an external attribute group for one identifier',
        body: pushBody,
        response: { 200: okAnswer, ...servingRefusals },
      },
    },
    async (request) => {
      await journal.change({ kind: 'attributes', push: request.body });
      return { ok: true };
    },
  );

  server.delete<{ Params: { attribute_key: string; identifier: string } }>(
    '/api/v1/:attribute_key/:identifier',
    {
      schema: {
        tags,
        summary: 'Forgets all that is known of an identifier',
        params: profileParameters,
        response: { 200: forgottenAnswer, ...servingRefusals },
      },
    },
    async (request) => {
      const target = { name: request.params.attribute_key, id: request.params.identifier };
      try {
        const applied = await journal.forget(target);
        const found = applied.found === true ? 1 : 0;
        return { keys_found: found, message: found > 0 ? 'The profile was deleted.' : 'There was nothing to delete.' };
      } finally {
        // Not before: events that were on their way when the call came are before it in the journal.
        recent.forget((payload) => names(payload, target.id));
      }
    },
  );
}

function readIdentifiers(keys: ReadRequest['attribute_keys'], most: number): Target[][] {
  const lists = Object.entries(keys).map(([name, ids]) => ids.map((id) => ({ name, id })));
  if (new Set(lists.map((list) => list.length)).size > 1) throw new Refusal(400, 'All attribute keys need as many identifiers.');
  if (lists.flat().length > most) throw new Refusal(400, `At most ${most} identifiers are allowed.`);
  return lists;
}

function wantedAttributes(registry: Registry, { service, attributes }: ReadRequest): AttributeName[] {
  if ((service === undefined) === (attributes === undefined)) {
    throw new Refusal(400, 'Name either a service or attributes.');
  }
  return service !== undefined ? serviceAttributes(registry, service) : attributes!.map(readQualified);
}

function serviceAttributes(registry: Registry, name: string): AttributeName[] {
  const service = registry.latest('services', name);
  if (service === undefined || !isPublished(service)) throw new Refusal(404, 'There is no published service of that name.');
  const links = service.body['attribute_groups'] as { name: string; version?: number }[];
  return links.flatMap(({ name: group, version = 1 }) => {
    const object = find(registry, { type: 'attribute_groups', name: group, version });
    return attributeNames(object).map((attribute) => ({ group, version, attribute }));
  });
}

function attributeNames({ body }: StoredObject): string[] {
  const members = (body['attributes'] ?? body['fields'] ?? []) as Definition[];
  return members.map(({ name }) => name);
}

/** `group_v1:attribute`, `group:attribute` or, as older SDKs send it, `attribute`. */
function readQualified(text: string): AttributeName {
  const match = /^(?:(\w+?)(?:_v(\d+))?:)?(\w+)$/.exec(text);
  if (match === null) throw new Refusal(400, 'An attribute is named as group_v1:attribute.');
  return { group: match[1], version: match[2] === undefined ? undefined : Number(match[2]), attribute: match[3]! };
}

function readColumns(state: State, request: ReadRequest, lists: readonly Target[][], wanted: readonly AttributeName[]): object {
  const keys = Object.entries(request.attribute_keys);
  const values = wanted.map((each) => [
    request.full_attribute_names === true ? fullName(each) : each.attribute,
    lists[0]!.map((_, row) => firstValue(state, lists.map((list) => list[row]!), each)),
  ]);
  return Object.fromEntries([...keys, ...values]);
}

function fullName({ group, version, attribute }: AttributeName): string {
  return group === undefined ? attribute : `${group}_v${version ?? 1}:${attribute}`;
}

function firstValue(state: State, targets: readonly Target[], wanted: AttributeName): unknown {
  for (const target of targets) {
    const value = state.attribute(target, wanted);
    if (value !== null) return value;
  }
  return null;
}
