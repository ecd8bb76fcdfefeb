// Tries an attribute group or an intervention on the last events, without publishing it.
import {
  EngineError,
  loadEngine,
  propertyValue,
  readPayload,
  type Diagnostic,
  type Engine,
  type EventLogPropertyDefinition,
} from 'tripline/engine';
import type { FastifyInstance } from 'fastify';
import { bundleOf, type Bundle } from '../registry/bundle.ts';
import type { Limits } from '../options.ts';
import type { RecentEvents } from '../collector/recent-events.ts';
import { isPublished, nameOf, type Registry, type StoredObject } from '../registry/registry.ts';
import { linkedKey } from '../registry/registry-responses.ts';
import { attributeNames } from '../registry/service-check.ts';
import { Refusal } from '../support/refusal.ts';
import { columns, servingRefusals, testGroupBody, testInterventionAnswer, testInterventionBody } from './schemas.ts';
import { windowLength } from './window-length.ts';
import {
  comparable,
  engineId,
  member,
  targetText,
  type Definition,
  type Target,
  type TrackerPayload,
} from '../types.ts';

interface Selection {
  readonly app_ids?: readonly string[];
  readonly window?: string;
}

interface GroupRequest extends Selection {
  readonly attribute_group: Definition;
  readonly attribute_key_ids?: readonly string[];
}

interface InterventionRequest extends Selection {
  readonly intervention: Definition;
}

interface RecentEvent {
  readonly payload: TrackerPayload;
  /** Time of arrival (ms). */
  readonly at: number;
}

export interface TestingParts {
  readonly recent: RecentEvents;
  readonly registry: Registry;
  readonly limits: Limits;
}

/** A response lists at most this number of ids. */
const mostListed = 100;

const tags = ['testing'];

const schemas = {
  group: {
    tags,
    summary: 'Computes an attribute group over the last events, for some identifiers',
    body: testGroupBody,
    response: { 200: columns, ...servingRefusals },
  },
  intervention: {
    tags,
    summary: 'Counts for which attribute keys an intervention would fire, or would hold, over the last events',
    body: testInterventionBody,
    response: { 200: testInterventionAnswer, ...servingRefusals },
  },
};

export async function testingRoutes(server: FastifyInstance, parts: TestingParts): Promise<void> {
  const address = '/api/v1/testing';
  server.post<{ Body: GroupRequest }>(`${address}/attribute_groups/`, { schema: schemas.group }, ({ body }) =>
    tryGroup(parts, body),
  );
  server.post<{ Body: InterventionRequest }>(
    `${address}/interventions/`,
    { schema: schemas.intervention },
    ({ body }) => tryIntervention(parts, body),
  );
}

async function tryGroup({ recent, registry, limits }: TestingParts, request: GroupRequest): Promise<object> {
  const { attribute_group: group, attribute_key_ids = [] } = request;
  const keys = registry.list('attribute_keys');
  const engine = await engineFor(
    bundleOf([...keys, { type: 'attribute_groups', body: group }]),
    'attribute_group',
    limits,
  );
  const now = Date.now();
  const events = await selectedEvents(recent, request, now);
  for (const { payload, at } of events) engine.process(payload, at, { receivedAt: at });
  engine.advance(now);
  const key = group['attribute_key'] as Definition;
  const ids =
    attribute_key_ids.length > 0
      ? attribute_key_ids
      : seenIds(events, linkedKey(registry, key)).slice(-limits.readIdentifiers);
  return readColumns(engine, group, key.name, ids);
}

/**
 * An attribute key matches if the intervention fires for an event with it, or if the criteria hold after the last
 * event.
 */
async function tryIntervention(parts: TestingParts, request: InterventionRequest): Promise<object> {
  const { recent, registry, limits } = parts;
  const { intervention } = request;
  const groups = groupsRead(registry, intervention);
  const definitions = [...registry.list('attribute_keys'), ...groups];
  const bundleWith = (body: Definition) => bundleOf([...definitions, { type: 'interventions', body }]);
  (await engineFor(bundleWith(intervention), 'intervention', limits)).release();
  // The keys of the groups are tried, whatever the targets are.
  const { target_attribute_keys: _, ...untargeted } = intervention;
  const engine = await engineFor(bundleWith(untargeted), 'intervention', limits);
  const now = Date.now();
  const events = await selectedEvents(recent, request, now);
  const keys = new Map(keysRead(groups, intervention).map((key) => [key.name, key]));
  const readers = [...keys.values()].map((key) => ({
    key: key.name,
    read: idReader(linkedKey(registry, key)),
  }));
  const scanned = new Map<string, Target>();
  const matched = new Map<string, Target>();
  for (const { payload, at } of events) {
    const targets = readers.flatMap(({ key, read }) => {
      const id = read(payload);
      return id === undefined ? [] : [{ name: key, id }];
    });
    for (const target of targets) scanned.set(targetText(target), target);
    if (engine.process(payload, at, { receivedAt: at }).length === 0) continue;
    for (const target of targets) matched.set(targetText(target), target);
  }
  engine.advance(now);
  for (const [text, target] of scanned) {
    if (engine.explain(intervention.name, target)?.criteria.holds === true) matched.set(text, target);
  }
  return { scanned_count: scanned.size, matched_count: matched.size, matches: idsByKey([...matched.values()]) };
}

function idsByKey(targets: readonly Target[]): Record<string, string[]> {
  const matches: Record<string, string[]> = {};
  for (const { name, id } of targets) {
    const ids = (matches[name] ??= []);
    if (ids.length < mostListed) ids.push(id);
  }
  return matches;
}

/**
 * The groups that the criteria and the payload name: published versions, the highest version, published or not, and
 * the versions that the payload names (rule 25).
 */
function groupsRead(registry: Registry, intervention: Definition): StoredObject[] {
  const payload = intervention['payload_attribute_groups'];
  const links = Array.isArray(payload) ? payload.filter(isNamed) : [];
  const linked = links.map((body) => registry.get(nameOf({ type: 'attribute_groups', body })));
  const names = new Set([...attributesRead(intervention['criteria']).map(groupOf), ...links.map(({ name }) => name)]);
  return registry
    .list('attribute_groups')
    .filter(({ body }) => names.has(body.name))
    .filter(
      (group) =>
        isPublished(group) || group === registry.latest('attribute_groups', group.body.name) || linked.includes(group),
    );
}

/** The keys of the groups that the criteria read, each in the highest version that has the attribute (rule 25). */
function keysRead(groups: readonly StoredObject[], intervention: Definition): Definition[] {
  const byVersion = [...groups].sort((a, b) => nameOf(b).version! - nameOf(a).version!);
  return attributesRead(intervention['criteria']).flatMap((text): Definition[] => {
    const versions = byVersion.filter(({ body }) => body.name === groupOf(text));
    const group = versions.find((each) => attributeNames(each).includes(text.replace(/^.*?:/, ''))) ?? versions[0];
    return group === undefined ? [] : [group.body['attribute_key'] as Definition];
  });
}

/** The attributes that criteria name, as `group:attribute`. */
function attributesRead(criteria: unknown): string[] {
  if (typeof criteria !== 'object' || criteria === null) return [];
  const { attribute, all, any, none } = criteria as Record<string, unknown>;
  const own = typeof attribute === 'string' ? [attribute] : [];
  const below = [all, any, none].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  return [...own, ...below.flatMap(attributesRead)];
}

function groupOf(attribute: string): string {
  return attribute.replace(/:.*$/, '');
}

function isNamed(link: unknown): link is Definition {
  return typeof member(link, 'name') === 'string';
}

async function selectedEvents(
  recent: RecentEvents,
  { app_ids = [], window = 'PT1H' }: Selection,
  now: number,
): Promise<RecentEvent[]> {
  const events = recent.since(now - (await windowLength(window)));
  // The SDK sends an empty list for "all".
  return events.filter(({ payload }) => app_ids.length === 0 || app_ids.includes(String(payload['aid'])));
}

/** Loads an engine with definitions, of which the request's member `name` is the last of its type. */
async function engineFor(definitions: Bundle, name: string, limits: Limits): Promise<Engine> {
  try {
    return await loadEngine({ definitions, limits: { profiles: limits.profiles } });
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'definitions') throw error;
    const errors = error.diagnostics.filter(({ severity }) => severity === 'error');
    throw new Refusal(400, errors.map((each) => describeError(each, name)).join('; ') || error.message);
  }
}

function describeError({ pointer, message }: Diagnostic, name: string): string {
  const [type = '', , ...path] = pointer.split('/').slice(1);
  return type === `${name}s` ? `'${[name, ...path].join('.')}': ${message}` : message;
}

function readColumns(engine: Engine, group: Definition, key: string, ids: readonly string[]): object {
  const profiles = ids.map((id) => member(engine.attributes({ name: key, id }), group.name));
  const names = (group['attributes'] as Definition[]).map(({ name }) => name);
  return {
    [key]: ids,
    ...Object.fromEntries(names.map((name) => [name, profiles.map((profile) => member(profile, name) ?? null)])),
    // An attribute that has the key's name does not take the place of the ids.
    ...{ [key]: ids },
  };
}

function seenIds(events: readonly RecentEvent[], key: Definition): string[] {
  const read = idReader(key);
  const ids = events.flatMap(({ payload }) => read(payload) ?? []);
  return [...new Map(ids.map((id) => [comparable(id), id])).values()];
}

/** Returns a function that reads the id of a key from an event (rule 34). */
function idReader(key: Definition): (payload: TrackerPayload) => string | undefined {
  const property = (key['property'] ?? { type: 'atomic', name: key['key'] ?? key.name }) as EventLogPropertyDefinition;
  return (payload) => {
    const value = propertyValue(property, readPayload(payload));
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    return engineId(String(value)) || undefined;
  };
}
