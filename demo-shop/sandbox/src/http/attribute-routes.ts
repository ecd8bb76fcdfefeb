// The calls for attributes: read by services and groups, set, and forget.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { InputLog } from '../state/input-log.ts';
import type { Limits } from '../options.ts';
import { find } from '../registry/publishing.ts';
import type { AttributeUpdate } from '../state/inputs.ts';
import type { RecentEvents } from '../collector/recent-events.ts';
import { Refusal } from '../support/refusal.ts';
import { isPublished, type Registry } from '../registry/registry.ts';
import { attributeNames, groupLinks, isPublic } from '../registry/service-check.ts';
import { needToken } from './security.ts';
import {
  columns,
  forgottenAnswer,
  okAnswer,
  profileParameters,
  attributeUpdateBody,
  readAttributesBody,
  servingRefusals,
} from './schemas.ts';
import type { AttributeName, SandboxState } from '../state/state.ts';
import { names } from '../collector/payload-ids.ts';
import { isUuid, member, type Target } from '../types.ts';

interface ReadRequest {
  readonly attribute_keys: Readonly<Record<string, readonly string[]>>;
  readonly service?: string;
  readonly attributes?: readonly string[];
  readonly full_attribute_names?: boolean;
}

export interface AttributeParts {
  readonly inputLog: InputLog;
  readonly state: SandboxState;
  readonly recent: RecentEvents;
  readonly limits: Limits;
}

const tags = ['attributes'];

const schemas = {
  read: {
    tags,
    summary: 'Reads the attributes of a service, or the attributes that the body names, for some identifiers',
    description: 'A public service can be read without a token and from any origin, for one UUID a request.',
    body: readAttributesBody,
    response: { 200: columns, ...servingRefusals },
  },
  set: {
    tags,
    summary: 'Sets fields of an external attribute group for one identifier',
    body: attributeUpdateBody,
    response: { 200: okAnswer, ...servingRefusals },
  },
  forget: {
    tags,
    summary: 'Forgets everything about an identifier',
    params: profileParameters,
    response: { 200: forgottenAnswer, ...servingRefusals },
  },
};

interface ProfilePath {
  Params: { attribute_key: string; identifier: string };
}

export async function attributeRoutes(server: FastifyInstance, parts: AttributeParts): Promise<void> {
  const address = '/api/v1';
  const read = {
    schema: schemas.read,
    preValidation: async ({ isTrusted, body }: FastifyRequest, reply: FastifyReply) => {
      if (!isTrusted && typeof member(body, 'service') !== 'string') needToken(reply);
    },
  };
  server.post<{ Body: ReadRequest }>(`${address}/get-online-attributes`, read, ({ isTrusted, body }) => {
    if (!isTrusted) checkPublicRead(parts.state.registry, body);
    return readAttributes(parts, body);
  });
  server.post<{ Body: AttributeUpdate }>(`${address}/attributes`, { schema: schemas.set }, ({ body }) =>
    set(parts, body),
  );
  server.delete<ProfilePath>(`${address}/:attribute_key/:identifier`, { schema: schemas.forget }, ({ params }) =>
    forget(parts, { name: params.attribute_key, id: params.identifier }),
  );
}

async function readAttributes({ inputLog, state, limits }: AttributeParts, request: ReadRequest): Promise<object> {
  const targets = readIdentifiers(request.attribute_keys, limits.readIdentifiers);
  const wanted = wantedAttributes(state.registry, request);
  // The input log builds the engine anew before it takes an input.
  if (state.isBroken) await inputLog.submit([]);
  return readColumns(state, request, targets, wanted);
}

/** Without the token, only public services can be read, for one UUID at a time. */
function checkPublicRead(registry: Registry, { service: name, attributes, attribute_keys }: ReadRequest): void {
  const service = registry.latest('services', String(name));
  if (service === undefined || !isPublished(service) || !isPublic(service) || attributes !== undefined) {
    throw new Refusal(404, 'There is no public service of that name.');
  }
  const ids = Object.values(attribute_keys).flat();
  if (ids.length !== 1)
    throw new Refusal(400, "Without a token, 'attribute_keys' must have one key with one identifier.");
  if (!isUuid(ids[0]!)) throw new Refusal(400, 'only UUIDs allowed as attribute key values');
}

async function set({ inputLog }: AttributeParts, update: AttributeUpdate): Promise<object> {
  await inputLog.change({ kind: 'attributes', update });
  return { ok: true };
}

async function forget({ inputLog, recent }: AttributeParts, target: Target): Promise<object> {
  try {
    const { found } = await inputLog.forget(target);
    return found === true
      ? { keys_found: 1, message: 'The profile was deleted.' }
      : { keys_found: 0, message: 'There was nothing to delete.' };
  } finally {
    // Only now: events that arrived before this call have been added by now.
    recent.forget((payload) => names(payload, target.id));
  }
}

function readIdentifiers(keys: ReadRequest['attribute_keys'], most: number): Target[][] {
  const lists = Object.entries(keys).map(([name, ids]) => ids.map((id) => ({ name, id })));
  if (new Set(lists.map((list) => list.length)).size > 1)
    throw new Refusal(400, "Each attribute key in 'attribute_keys' needs the same number of identifiers.");
  if (lists.flat().length > most) throw new Refusal(400, `'attribute_keys' may have ${most} identifiers at most.`);
  return lists;
}

function wantedAttributes(registry: Registry, { service, attributes }: ReadRequest): AttributeName[] {
  if ((service === undefined) === (attributes === undefined)) {
    throw new Refusal(400, "Name either a 'service' or 'attributes'.");
  }
  return service !== undefined ? serviceAttributes(registry, service) : attributes!.map(readQualified);
}

function serviceAttributes(registry: Registry, name: string): AttributeName[] {
  const service = registry.latest('services', name);
  if (service === undefined || !isPublished(service))
    throw new Refusal(404, 'There is no published service of that name.');
  return groupLinks(service.body).flatMap((link) => {
    const version = link.version!;
    return attributeNames(find(registry, link)).map((attribute) => ({ group: link.name, version, attribute }));
  });
}

/** `group_v1:attribute`, `group:attribute` or, as older SDKs send it, `attribute`. */
function readQualified(text: string): AttributeName {
  const match = /^(?:(\w+?)(?:_v(\d+))?:)?(\w+)$/.exec(text);
  if (match === null) throw new Refusal(400, "Invalid name in 'attributes'. Write it as group_v1:attribute.");
  return { group: match[1], version: match[2] === undefined ? undefined : Number(match[2]), attribute: match[3]! };
}

function readColumns(
  state: SandboxState,
  request: ReadRequest,
  lists: readonly Target[][],
  wanted: readonly AttributeName[],
): object {
  const keys = Object.entries(request.attribute_keys);
  const values = wanted.map((each) => [
    request.full_attribute_names === true ? fullName(each) : each.attribute,
    lists[0]!.map((_, row) =>
      firstValue(
        state,
        lists.map((list) => list[row]!),
        each,
      ),
    ),
  ]);
  // An attribute that has the name of a key does not take the place of the ids.
  return Object.fromEntries<unknown>([...keys, ...values, ...keys] as [string, unknown][]);
}

function fullName({ group, version, attribute }: AttributeName): string {
  return group === undefined ? attribute : `${group}_v${version ?? 1}:${attribute}`;
}

function firstValue(state: SandboxState, targets: readonly Target[], wanted: AttributeName): unknown {
  for (const target of targets) {
    const value = state.attribute(target, wanted);
    if (value !== null) return value;
  }
  return null;
}
