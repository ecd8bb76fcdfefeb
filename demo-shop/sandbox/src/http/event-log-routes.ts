// The call that reads an event log: the agentic context of a session.
import { agenticContext, narrative } from 'tripline/engine';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { InputLog } from '../state/input-log.ts';
import type { SandboxState } from '../state/state.ts';
import { Refusal } from '../support/refusal.ts';
import { eventLogQuery, servingRefusals } from './schemas.ts';

export interface EventLogParts {
  readonly inputLog: InputLog;
  readonly state: SandboxState;
}

interface ReadCall {
  Querystring: { name: string; identifier: string; format?: 'json' | 'narrative' };
}

const schema = {
  tags: ['event logs'],
  summary: 'Reads the last events of a session, as JSON or as text for a language model',
  querystring: eventLogQuery,
  response: servingRefusals,
};

export async function eventLogRoutes(server: FastifyInstance, { state }: EventLogParts): Promise<void> {
  server.get<ReadCall>('/api/v1/event_log', { schema }, ({ query }, reply) => read(state, query, reply));
}

function read(state: SandboxState, { name, identifier, format }: ReadCall['Querystring'], reply: FastifyReply) {
  const definition = state.publishedLog(name);
  if (definition === undefined) throw new Refusal(404, 'There is no published event log of that name.');
  const log = state.eventLogs.get(name, identifier);
  const now = Date.now();
  reply.header('Cache-Control', 'no-store');
  if (format === 'narrative') return reply.type('text/plain; charset=utf-8').send(narrative(definition, log, now));
  return reply.send(agenticContext(definition, identifier, log, now));
}
