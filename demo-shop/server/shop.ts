import formBody from '@fastify/formbody';
import staticFiles from '@fastify/static';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Catalogue } from '../src/order.ts';
import { collector } from './collector.ts';
import { escaped } from './html.ts';
import { orderHtml } from './order-page.ts';
import { OrderBook, readOrder } from './orders.ts';
import { isFromOwnPage, publishedDefinitions, sandboxRoutes } from './sandbox.ts';

const pagePolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const commonHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  // These two make the page cross-origin isolated, which gives it a clock of high resolution.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * Creates the shop's server, not yet listening. `root` is the demo-shop folder, with the pages built into dist/pages.
 * With the address of a sandbox, the server sends events there and gets definitions and interventions from there.
 */
export async function createShop(root: URL, sandbox?: URL): Promise<FastifyInstance> {
  const catalogue = JSON.parse(readFileSync(new URL('src/catalogue.json', root), 'utf8')) as Catalogue;
  const pages = new URL('dist/pages/', root);
  // Without a sandbox, only the page can decide, so the footer needs no switch.
  const deciding = sandbox === undefined ? '' : readFileSync(new URL('src/partials/deciding.html', root), 'utf8');
  const page = (name: string): string =>
    fillIn(readFileSync(new URL(`${name}.html`, pages), 'utf8'), 'deciding', deciding);
  const orders = new OrderBook();
  const definitions = readFileSync(new URL('src/definitions.json', root), 'utf8');
  const shop = fastify({
    bodyLimit: 64 * 1024,
    requestTimeout: 60_000,
    http: { connectionsCheckingInterval: 5_000 },
    forceCloseConnections: true,
  });

  await shop.register(formBody);
  await (sandbox === undefined ? shop.register(collector) : shop.register(sandboxRoutes, { sandbox }));
  await shop.register(staticFiles, {
    root: fileURLToPath(pages),
    index: false,
    allowedPath: (path) => !path.endsWith('.html'),
    cacheControl: false,
    setHeaders: (response, path) => response.setHeader('Cache-Control', cacheControl(path)),
  });

  shop.addHook('onSend', async (_request, reply) => {
    reply.headers(commonHeaders);
    if (String(reply.getHeader('Content-Type')).startsWith('text/html')) {
      reply.headers({ 'Content-Security-Policy': pagePolicy, 'Cache-Control': 'no-cache' });
    }
  });

  const message = (reply: FastifyReply, status: number, title: string, text: string): FastifyReply =>
    sendPage(reply.code(status), fillIn(fillIn(page('message'), 'title', escaped`${title}`), 'message', escaped`
      <h1>${title}</h1>
      <p class="notice">${text}</p>
      <p><a href="/cart">To your cart</a> or <a href="/">have a look around</a></p>`));

  // Serves the shop's own definitions until the sandbox has published ones.
  shop.get('/definitions.json', async (_request, reply) => {
    const published = sandbox === undefined ? undefined : await publishedDefinitions(sandbox);
    return reply.type('application/json').header('Cache-Control', 'no-cache').send(published ?? definitions);
  });

  shop.get('/', (_request, reply) => sendPage(reply, page('list')));
  shop.get('/cart', (_request, reply) => sendPage(reply, page('cart')));
  shop.get('/checkout', (_request, reply) => sendPage(reply, page('checkout')));

  shop.get<{ Params: { id: string } }>('/products/:id', (request, reply) => {
    const known = catalogue.products.some((product) => product.id === request.params.id);
    if (known) return sendPage(reply, page('product'));
    return message(reply, 404, 'Not on our shelves', 'We do not have this product, or not any more.');
  });

  // Post/redirect/get: reloading the confirmation does not order again.
  shop.post('/checkout', (request, reply) => {
    if (!isFromOwnPage(request)) {
      return message(reply, 403, 'Your order was not placed', 'It came from a page that is not one of the shop’s. Please order from your cart.');
    }
    const reading = readOrder(catalogue, request.body);
    if ('problem' in reading) return message(reply, 422, 'Your order was not placed', reading.problem);
    return reply.redirect(`/orders/${orders.add(reading.placed)}`, 303);
  });

  shop.get<{ Params: { id: string } }>('/orders/:id', (request, reply) => {
    const placed = orders.get(request.params.id);
    if (placed !== undefined) return sendPage(reply, fillIn(page('order'), 'order', orderHtml(catalogue, request.params.id, placed)));
    return message(reply, 404, 'We do not know this order', 'The demo shop forgets its orders when it is restarted.');
  });

  shop.setNotFoundHandler((_request, reply) =>
    message(reply, 404, 'There is nothing here', 'Perhaps the address was mistyped.'),
  );
  return shop;
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(html);
}

/** Replaces the comment `<!-- name -->` by safe markup. */
function fillIn(page: string, name: string, markup: string): string {
  return page.replace(`<!-- ${name} -->`, () => markup);
}

// The name of a file in assets/ changes with its content.
function cacheControl(path: string): string {
  return path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600';
}
