// The published definitions for browsers, the health check, and the statistics.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { entityTag } from '../registry/bundle.ts';
import { PublicProgram } from '../registry/public-program.ts';
import type { InputLog } from '../state/input-log.ts';
import type { SandboxState } from '../state/state.ts';
import type { Subscribers } from '../stream/subscribers.ts';
import type { EventCounts } from './collector-routes.ts';

/** The statistics list at most this number of dead letters. */
const mostListed = 100;

export interface StatusParts {
  readonly inputLog: InputLog;
  readonly state: SandboxState;
  readonly subscribers: Subscribers;
  readonly counts: EventCounts;
}

const definitions = {
  config: { isOpen: true },
  schema: { tags: ['bundle'], summary: 'Returns the published definitions, for browsers' },
};
const program = {
  config: { isOpen: true },
  schema: { tags: ['bundle'], summary: 'Returns the published definitions as a compiled program, for browsers' },
};
const health = { config: { isOpen: true }, schema: { tags: ['health'], summary: 'Returns the health of the sandbox' } };
const statistics = { schema: { tags: ['health'], summary: 'Returns counts since the start' } };

export async function statusRoutes(
  server: FastifyInstance,
  { inputLog, state, subscribers, counts }: StatusParts,
): Promise<void> {
  const compiled = new PublicProgram();
  server.get('/definitions.json', definitions, (request, reply) =>
    sendUnlessKnown(request, reply.type('application/json'), state.publicBundle),
  );
  server.get('/definitions.tripline', program, async (request, reply) =>
    sendUnlessKnown(request, reply.type('application/octet-stream'), await compiled.of(state.publicBundle)),
  );
  server.get('/health-all', health, (_request, reply) => {
    const [store, engine] = [word(inputLog.canWrite), word(inputLog.canDecide)];
    const works = inputLog.canWrite && inputLog.canDecide;
    return reply.code(works ? 200 : 503).send({ status: word(works), dependencies: { store, engine } });
  });
  server.get('/api/v1/statistics', statistics, () => ({
    events: counts,
    subscribers: subscribers.size,
    dead_letters: deadLetters(inputLog),
  }));
}

/** Sends the content, or 304 if the request names its entity tag. */
function sendUnlessKnown(request: FastifyRequest, reply: FastifyReply, content: string | Buffer): FastifyReply {
  const tag = entityTag(content);
  reply.headers({ ETag: tag, 'Cache-Control': 'no-cache' });
  const isKnown = request.headers['if-none-match']?.includes(tag) === true;
  return isKnown ? reply.removeHeader('Content-Type').code(304).send() : reply.send(content);
}

function word(works: boolean): 'ok' | 'failed' {
  return works ? 'ok' : 'failed';
}

/** The newest are listed. */
function deadLetters(inputLog: InputLog): object {
  const letters = inputLog.deadLetters();
  const listed = letters.slice(-mostListed).map(({ at, code }) => ({ time: new Date(at).toISOString(), code }));
  return { count: letters.length, listed };
}
