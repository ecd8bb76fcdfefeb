import type { FastifyInstance } from 'fastify';

const transparentPixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** A collector that responds like Snowplow's and stores nothing. */
export async function collector(shop: FastifyInstance): Promise<void> {
  shop.removeAllContentTypeParsers();
  shop.addContentTypeParser('*', (_request, body, done) => {
    body.resume();
    body.once('error', done);
    body.once('end', () => done(null));
  });
  shop.post('/com.snowplowanalytics.snowplow/tp2', (_request, reply) => reply.type('text/plain').send('ok'));
  shop.get('/i', (_request, reply) =>
    reply.type('image/gif').header('Cache-Control', 'no-store').send(transparentPixel),
  );
}
