// Interventions: streamed to those who listen, and pushed past the rules.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { EventIds } from '../stream/event-id.ts';
import { EventStream } from '../stream/event-stream.ts';
import type { Journal } from '../state/input-log.ts';
import type { Limits } from '../options.ts';
import { find } from '../registry/publishing.ts';
import { Refusal } from '../support/refusal.ts';
import { nameOf } from '../registry/registry.ts';
import { deliveryAnswer, directInterventionBody, servingRefusals, targetsQuery, testInterventionParameters } from './schemas.ts';
import type { State } from '../state/state.ts';
import { copyFor, type Delivery, type Subscribers } from '../stream/subscribers.ts';
import { readTargets } from '../stream/targets.ts';
import type { DirectIntervention, Target } from '../types.ts';

export interface InterventionParts {
  readonly journal: Journal;
  readonly state: State;
  readonly subscribers: Subscribers;
  readonly ids: EventIds;
  readonly limits: Limits;
}

type Query = Record<string, string | string[]>;
type Body = Omit<DirectIntervention, 'intervention_id' | 'attributes'> & Partial<DirectIntervention>;

export async function interventionRoutes(server: FastifyInstance, parts: InterventionParts): Promise<void> {
  const { journal, state, subscribers, ids, limits } = parts;
  const tags = ['interventions'];

  server.get<{ Querystring: Query }>(
    '/api/v1/interventions',
    // HEAD would be a stream that nobody reads.
    { exposeHeadRoute: false, config: { isOpen: true, hasEffect: true }, schema: { tags, summary: 'Streams interventions as server-sent events', querystring: targetsQuery } },
    (request, reply) => {
      const targets = readTargets(request.query, limits.subscriptionIds);
      if (subscribers.size >= limits.streams) throw new Refusal(503, 'There are as many subscribers as the sandbox takes.');
      reply.hijack();
      const stream = new EventStream(reply.raw, targets, ids, limits.waitingBytes);
      // The request's own `close` comes as soon as it has been read.
      reply.raw.once('close', () => subscribers.remove(stream));
      stream.open(reply.getHeaders() as Record<string, string>);
      const lastSeen = ids.decode(String(request.headers['last-event-id'] ?? ''));
      subscribers.add(stream);
      catchUp(stream, lastSeen);
      // So that one that loses its connection before the first intervention can say, too, since when it misses them.
      stream.mark(state.outbox.last);
    },
  );

  server.post<{ Querystring: Query; Body: Body }>(
    '/api/v1/interventions',
    {
      schema: {
        tags,
        summary: 'Pushes an intervention to those who listen for one of the ids',
        querystring: targetsQuery,
        body: directInterventionBody,
        response: { 200: deliveryAnswer, ...servingRefusals },
      },
    },
    (request) => {
      const { target_attribute_key: own, ...rest } = request.body;
      const query = Object.keys(request.query).length > 0 || own === undefined ? request.query : { [own.name]: own.id };
      return send({ intervention_id: randomUUID(), attributes: {}, ...rest }, readTargets(query, limits.subscriptionIds));
    },
  );

  server.post<{ Params: { name: string }; Querystring: Query }>(
    '/api/v1/testing/interventions/:name/send',
    {
      schema: {
        tags: ['testing'],
        summary: 'Sends a registered intervention as a test, whether its criteria hold or not',
        params: testInterventionParameters,
        querystring: targetsQuery,
        response: { 200: deliveryAnswer, ...servingRefusals },
      },
    },
    (request) => {
      const { name } = request.params;
      const object = state.registry.latest('interventions', name) ?? find(state.registry, { type: 'interventions', name, version: undefined });
      const version = nameOf(object).version!;
      return send({ intervention_id: randomUUID(), name, version, attributes: {} }, readTargets(request.query, limits.subscriptionIds));
    },
  );

  async function send(intervention: Omit<DirectIntervention, 'target_attribute_key'>, targets: readonly Target[]): Promise<object> {
    const applied = await journal.change({ kind: 'direct', intervention, targets });
    return { status: statusOf(applied.deliveries[0]!), intervention_id: intervention.intervention_id };
  }

  function catchUp(stream: EventStream, lastSeen: number | undefined): void {
    const missed = state.outbox.missedBy(stream.targets, lastSeen, Date.now());
    journal.delivered(missed.filter((entry) => stream.send(entry.number, copyFor(stream.targets, entry)!)));
  }
}

function statusOf({ subscribers, reached }: Delivery): 'success' | 'undelivered' | 'failure' {
  if (subscribers === 0) return 'undelivered';
  return reached > 0 ? 'success' : 'failure';
}
