// Tries an attribute group on the last events, without publishing it.
import { EngineError, loadEngine, type Engine } from 'tripline/engine';
import type { FastifyInstance } from 'fastify';
import { bundleOf } from '../registry/bundle.ts';
import type { Limits } from '../options.ts';
import { identifierOf } from '../collector/payload-ids.ts';
import type { RecentEvents } from '../collector/recent-events.ts';
import { Refusal } from '../support/refusal.ts';
import { columns, servingRefusals, testGroupBody } from './schemas.ts';
import { windowLength } from './window-length.ts';
import { comparable, member, type Definition, type TrackerPayload } from '../types.ts';

interface TestRequest {
  readonly attribute_group: Definition;
  readonly app_ids?: readonly string[];
  readonly window?: string;
  readonly attribute_key_ids?: readonly string[];
}

export interface TestingParts {
  readonly recent: RecentEvents;
  readonly limits: Limits;
}

const schema = {
  tags: ['testing'],
  summary: 'Computes an attribute group over the last events, for some identifiers',
  body: testGroupBody,
  response: { 200: columns, ...servingRefusals },
};

export async function testingRoutes(server: FastifyInstance, parts: TestingParts): Promise<void> {
  server.post<{ Body: TestRequest }>('/api/v1/testing/attribute_groups/', { schema }, ({ body }) =>
    tryGroup(parts, body),
  );
}

async function tryGroup({ recent, limits }: TestingParts, request: TestRequest): Promise<object> {
  // The SDK sends empty lists for "all".
  const { attribute_group: group, app_ids = [], window = 'PT1H', attribute_key_ids = [] } = request;
  const engine = await engineFor(group, limits);
  const now = Date.now();
  const events = recent
    .since(now - (await windowLength(window)))
    .filter(({ payload }) => app_ids.length === 0 || app_ids.includes(String(payload['aid'])));
  for (const { payload, at } of events) engine.process(payload, at, { receivedAt: at });
  engine.advance(now);
  const key = group['attribute_key'] as Definition;
  const ids =
    attribute_key_ids.length > 0 ? attribute_key_ids : seenIds(events, fieldOf(key)).slice(-limits.readIdentifiers);
  return readColumns(engine, group, key.name, ids);
}

async function engineFor(group: Definition, limits: Limits): Promise<Engine> {
  try {
    const definitions = bundleOf([{ type: 'attribute_groups', body: group }]);
    return await loadEngine({ definitions, limits: { profiles: limits.profiles } });
  } catch (error) {
    if (error instanceof EngineError && error.code === 'definitions') throw new Refusal(400, error.message);
    throw error;
  }
}

function readColumns(engine: Engine, group: Definition, key: string, ids: readonly string[]): object {
  const profiles = ids.map((id) => member(engine.attributes({ name: key, id }), group.name));
  const names = (group['attributes'] as Definition[]).map(({ name }) => name);
  return {
    [key]: ids,
    ...Object.fromEntries(names.map((name) => [name, profiles.map((profile) => member(profile, name) ?? null)])),
  };
}

function seenIds(events: readonly { payload: TrackerPayload }[], field: string): string[] {
  const ids = events.flatMap(({ payload }) => identifierOf(payload, field) ?? []);
  return [...new Map(ids.map((id) => [comparable(id), id])).values()];
}

/** Returns the field of an event that holds a key's ids. */
function fieldOf(key: Definition): string {
  const property = key['property'] as { type?: unknown; name?: unknown } | undefined;
  if (property === undefined) return String(key['key'] ?? key.name);
  if (property.type === 'atomic') return String(property.name);
  throw new Refusal(400, 'Name the attribute_key_ids: this key is not a field of the event.');
}
