// A collector: receives events as Snowplow's does, by POST and GET, and adds them to the input log. It responds when
// they are on the disk. The response does not tell whether an event is malformed or the engine failed on it; both are
// counted.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { InputLog } from '../state/input-log.ts';
import type { Limits } from '../options.ts';
import { readBody, readQuery, type ReadPayloads, type RequestFacts } from '../collector/payloads.ts';
import type { RecentEvents } from '../collector/recent-events.ts';
import { Refusal } from '../support/refusal.ts';
import { isUuid } from '../types.ts';

export interface EventCounts {
  good: number;
  malformed: number;
}

export interface CollectorParts {
  readonly inputLog: InputLog;
  readonly counts: EventCounts;
  readonly recent: RecentEvents;
  readonly limits: Limits;
}

const transparentPixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const cookieName = 'sp';
const aYear = 365 * 24 * 3600;

const tags = ['collector'];

const byPost = {
  config: { isOpen: true },
  schema: { tags, summary: 'Receives events: the tracker protocol in a body' },
};

const byGet = {
  config: { isOpen: true, hasEffect: true },
  schema: { tags, summary: 'Receives one event: the tracker protocol in a query' },
};

export async function collectorRoutes(server: FastifyInstance, parts: CollectorParts): Promise<void> {
  // Trackers send JSON under several content types. The collector parses it itself, since a malformed body is not an
  // error.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  server.post<{ Body: string | undefined }>('/com.snowplowanalytics.snowplow/tp2', byPost, async (request, reply) => {
    await receive(parts, request, reply, (facts) => readBody(request.body ?? '', facts));
    return reply.type('text/plain').send('ok');
  });
  server.get('/i', byGet, async (request, reply) => {
    await receive(parts, request, reply, (facts) => readQuery(request.url.replace(/^[^?]*\??/, ''), facts));
    return reply.type('image/gif').header('Cache-Control', 'no-store').send(transparentPixel);
  });
}

async function receive(
  { inputLog, counts, recent, limits }: CollectorParts,
  request: FastifyRequest,
  reply: FastifyReply,
  read: (facts: RequestFacts) => ReadPayloads,
): Promise<void> {
  const networkUserId = cookieOf(request) ?? randomUUID();
  const { payloads, malformed } = read({ networkUserId, userAgent: request.headers['user-agent'] });
  if (payloads.length + malformed > limits.requestEvents) {
    throw new Refusal(413, `A request may have ${limits.requestEvents} events. Send them in several requests.`);
  }
  const applied = await inputLog.submit(payloads.map((payload) => ({ kind: 'event', payload })));
  const good = payloads.filter((_, index) => applied[index]!.refusal === undefined);
  recent.add(good, Date.now());
  counts.good += good.length;
  counts.malformed += malformed;
  reply.header('Set-Cookie', `${cookieName}=${networkUserId}; Max-Age=${aYear}; Path=/; HttpOnly; SameSite=Lax`);
}

function cookieOf(request: FastifyRequest): string | undefined {
  const value = new RegExp(`(?:^|; *)${cookieName}=([^;]*)`).exec(request.headers.cookie ?? '')?.[1];
  return value !== undefined && isUuid(value) ? value : undefined;
}
