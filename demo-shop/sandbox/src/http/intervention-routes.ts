// The calls for interventions: the stream to subscribers, and interventions that are pushed past the rules.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { EventIds } from '../stream/event-id.ts';
import { EventStream } from '../stream/event-stream.ts';
import type { InputLog } from '../state/input-log.ts';
import type { Limits } from '../options.ts';
import { find } from '../registry/publishing.ts';
import type { SdkCompatibility } from '../registry/sdk-compatibility.ts';
import { Refusal } from '../support/refusal.ts';
import { nameOf } from '../registry/registry.ts';
import {
  deliveryAnswer,
  directInterventionBody,
  servingRefusals,
  targetsQuery,
  testInterventionParameters,
} from './schemas.ts';
import type { SandboxState } from '../state/state.ts';
import { copyFor, type Delivery, type Subscribers } from '../stream/subscribers.ts';
import { readTargets } from '../stream/targets.ts';
import type { DirectIntervention } from '../types.ts';

export interface InterventionParts {
  readonly inputLog: InputLog;
  readonly state: SandboxState;
  readonly subscribers: Subscribers;
  readonly ids: EventIds;
  readonly compatibility: SdkCompatibility;
  readonly limits: Limits;
}

type Query = Record<string, string | string[]>;
type Body = Omit<DirectIntervention, 'intervention_id' | 'attributes'> & Partial<DirectIntervention>;

interface StreamCall {
  Querystring: Query;
}

interface PushCall {
  Querystring: Query;
  Body: Body;
}

interface TestCall {
  Params: { name: string };
  Querystring: Query;
}

const tags = ['interventions'];

const schemas = {
  stream: { tags, summary: 'Streams interventions as server-sent events', querystring: targetsQuery },
  push: {
    tags,
    summary: 'Pushes an intervention to the subscribers of one of the ids',
    querystring: targetsQuery,
    body: directInterventionBody,
    response: { 200: deliveryAnswer, ...servingRefusals },
  },
  test: {
    tags: ['testing'],
    summary: 'Sends a registered intervention as a test, whether its criteria hold or not',
    params: testInterventionParameters,
    querystring: targetsQuery,
    response: { 200: deliveryAnswer, ...servingRefusals },
  },
};

/** A stream has an effect, and HEAD would open one that nobody reads. */
const streamOptions = { exposeHeadRoute: false, config: { isOpen: true, hasEffect: true }, schema: schemas.stream };

export async function interventionRoutes(server: FastifyInstance, parts: InterventionParts): Promise<void> {
  const address = '/api/v1/interventions';
  server.get<StreamCall>(address, streamOptions, (request, reply) => stream(parts, request, reply));
  server.post<PushCall>(address, { schema: schemas.push }, ({ query, body }) => push(parts, query, body));
  server.post<TestCall>('/api/v1/testing/interventions/:name/send', { schema: schemas.test }, ({ query, params }) =>
    sendAsTest(parts, query, params.name),
  );
}

function stream(parts: InterventionParts, request: FastifyRequest<StreamCall>, reply: FastifyReply): void {
  const { state, subscribers, ids, compatibility, limits } = parts;
  const targets = readTargets(request.query, limits.subscriptionIds);
  if (subscribers.size >= limits.streams)
    throw new Refusal(503, 'The sandbox has its maximum of subscribers. Try again later.');
  reply.hijack();
  const sdk = request.headers['x-signals-sdk-name'];
  const connection = new EventStream(reply.raw, targets, ids, limits.waitingBytes, (intervention) =>
    compatibility.canReceive(sdk, intervention),
  );
  // The request itself emits `close` as soon as it has been read.
  reply.raw.once('close', () => subscribers.remove(connection));
  connection.open(reply.getHeaders() as Record<string, string>);
  const lastSeen = ids.decode(String(request.headers['last-event-id'] ?? ''));
  subscribers.add(connection);
  catchUp(parts, connection, lastSeen);
  // A client that loses its connection before the first intervention can then name what it saw last, too.
  connection.mark(state.replayBuffer.last);
}

function catchUp({ inputLog, state }: InterventionParts, connection: EventStream, lastSeen: number | undefined): void {
  const missed = state.replayBuffer.missedBy(connection.targets, lastSeen, Date.now());
  inputLog.delivered(missed.filter((entry) => connection.send(entry.number, copyFor(connection.targets, entry)!)));
}

function push(parts: InterventionParts, query: Query, { target_attribute_key: own, ...rest }: Body): Promise<object> {
  const targets = Object.keys(query).length > 0 || own === undefined ? query : { [own.name]: own.id };
  return send(parts, { intervention_id: randomUUID(), attributes: {}, ...rest }, targets);
}

async function sendAsTest(parts: InterventionParts, query: Query, name: string): Promise<object> {
  const { registry } = parts.state;
  const object =
    registry.latest('interventions', name) ?? find(registry, { type: 'interventions', name, version: undefined });
  const version = nameOf(object).version!;
  return send(parts, { intervention_id: randomUUID(), name, version, attributes: {} }, query);
}

async function send(
  { inputLog, limits }: InterventionParts,
  intervention: DirectIntervention,
  query: Query,
): Promise<object> {
  const targets = readTargets(query, limits.subscriptionIds);
  const applied = await inputLog.change({ kind: 'direct', intervention, targets });
  return { status: statusOf(applied.deliveries[0]!), intervention_id: intervention.intervention_id };
}

function statusOf({ subscribers, reached }: Delivery): 'success' | 'undelivered' | 'failure' {
  if (subscribers === 0) return 'undelivered';
  return reached > 0 ? 'success' : 'failure';
}
