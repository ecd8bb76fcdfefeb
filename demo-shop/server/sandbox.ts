// Proxies requests to the sandbox: events, the stream of interventions, and the definitions. The pages' policy lets
// them connect to the shop alone.
import replyFrom from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hostName, isFromPageOf, loopbackNames } from 'tripline-sandbox';

export async function sandboxRoutes(shop: FastifyInstance, { sandbox }: { sandbox: URL }): Promise<void> {
  await shop.register(replyFrom, { base: sandbox.origin, disableRequestLogging: true });
  // Bodies are forwarded unchanged.
  shop.removeAllContentTypeParsers();
  shop.addContentTypeParser('*', (_request, body, done) => done(null, body));
  shop.addHook('onRequest', async (request, reply) => {
    if (!isFromOwnPage(request)) return reply.code(403).send('Only pages of the shop may do this.');
  });

  const handOn = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    reply.from(request.url, {
      // The shop has checked which page sent the request, so the sandbox does not need the page's address.
      rewriteRequestHeaders: (_request, { origin: _, referer: _referer, 'sec-fetch-site': _site, ...headers }) =>
        headers,
      onError: (failed) => void failed.code(503).send('The sandbox does not answer.'),
    });
  shop.post('/com.snowplowanalytics.snowplow/tp2', handOn);
  shop.get('/i', handOn);
  shop.get('/api/v1/interventions', handOn);
}

/** Returns the definitions published in the sandbox, or undefined if there are none or the sandbox does not respond. */
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

/** Returns the published definitions as a compiled program, or undefined as `publishedDefinitions` does. */
export async function publishedProgram(sandbox: URL): Promise<Buffer | undefined> {
  if ((await publishedDefinitions(sandbox)) === undefined) return undefined;
  try {
    const answer = await fetch(new URL('/definitions.tripline', sandbox), { signal: AbortSignal.timeout(1000) });
    return answer.ok ? Buffer.from(await answer.arrayBuffer()) : undefined;
  } catch {
    return undefined;
  }
}

/** True if the request names this machine as its host and comes from a page of the shop, or from no page. */
export function isFromOwnPage(request: FastifyRequest): boolean {
  const { host } = request.headers;
  return loopbackNames.includes(hostName(host)) && isFromPageOf([`http://${host}`], request);
}
