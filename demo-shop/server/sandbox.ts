// The way to the sandbox. The pages' policy lets them talk to the shop alone, so the shop hands on what is for the
// sandbox: events, the stream of interventions, and the definitions.
import replyFrom from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hostName, isFromPageOf, loopbackNames } from '../sandbox/security.ts';

export async function sandboxRoutes(shop: FastifyInstance, { sandbox }: { sandbox: URL }): Promise<void> {
  await shop.register(replyFrom, { base: sandbox.origin, disableRequestLogging: true });
  // Bodies go on as they came.
  shop.removeAllContentTypeParsers();
  shop.addContentTypeParser('*', (_request, body, done) => done(null, body));
  shop.addHook('onRequest', async (request, reply) => {
    if (!isFromOwnPage(request)) return reply.code(403).send('Only pages of the shop may do this.');
  });

  const handOn = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    reply.from(request.url, {
      // The shop has looked at the page that asks; the sandbox need not know its address.
      rewriteRequestHeaders: (_request, { origin: _, referer: _referer, 'sec-fetch-site': _site, ...headers }) => headers,
      onError: (failed) => void failed.code(503).send('The sandbox does not answer.'),
    });
  shop.post('/com.snowplowanalytics.snowplow/tp2', handOn);
  shop.get('/i', handOn);
  shop.get('/api/v1/interventions', handOn);
}

/** What the sandbox has published; undefined if that is nothing, or it does not answer. */
export async function publishedDefinitions(sandbox: URL): Promise<string | undefined> {
  try {
    const answer = await fetch(new URL('/definitions.json', sandbox), { signal: AbortSignal.timeout(1000) });
    const text = await answer.text();
    const bundle = JSON.parse(text) as { attribute_groups: unknown[]; interventions: unknown[] };
    return answer.ok && bundle.attribute_groups.length + bundle.interventions.length > 0 ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Under a name of this machine, and from a page of the shop or no page at all. */
export function isFromOwnPage(request: FastifyRequest): boolean {
  const { host } = request.headers;
  return loopbackNames.includes(hostName(host)) && isFromPageOf([`http://${host}`], request);
}
