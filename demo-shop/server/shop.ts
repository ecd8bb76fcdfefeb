import formBody from '@fastify/formbody';
import staticFiles from '@fastify/static';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'tripline/engine';
import type { Catalogue } from '../src/order.ts';
import { collector } from './collector.ts';
import { escaped } from './html.ts';
import { orderHtml } from './order-page.ts';
import { OrderBook, readOrder } from './orders.ts';
import { isFromOwnPage, publishedDefinitions, publishedProgram, sandboxRoutes } from './sandbox.ts';

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
  const shop = fastify({
    bodyLimit: 64 * 1024,
    requestTimeout: 60_000,
    http: { connectionsCheckingInterval: 5_000 },
    forceCloseConnections: true,
  });
  await shop.register(formBody);
  await (sandbox === undefined ? shop.register(collector) : shop.register(sandboxRoutes, { sandbox }));
  await serveFiles(shop, new URL('dist/pages/', root));
  addHeaders(shop);
  await addDefinitions(shop, readFileSync(new URL('src/definitions.json', root), 'utf8'), sandbox);
  addPages(shop, new Pages(root, sandbox !== undefined), readCatalogue(root));
  return shop;
}

function readCatalogue(root: URL): Catalogue {
  return JSON.parse(readFileSync(new URL('src/catalogue.json', root), 'utf8')) as Catalogue;
}

async function serveFiles(shop: FastifyInstance, folder: URL): Promise<void> {
  await shop.register(staticFiles, {
    root: fileURLToPath(folder),
    index: false,
    allowedPath: (path) => !path.endsWith('.html'),
    cacheControl: false,
    setHeaders: (response, path) => void response.setHeader('Cache-Control', cacheControl(path)),
  });
}

function addHeaders(shop: FastifyInstance): void {
  shop.addHook('onSend', async (_request, reply) => {
    reply.headers(commonHeaders);
    if (String(reply.getHeader('Content-Type')).startsWith('text/html')) {
      reply.headers({ 'Content-Security-Policy': pagePolicy, 'Cache-Control': 'no-cache' });
    }
  });
}

/**
 * Serves the shop's own definitions until the sandbox has published ones: compiled, as the pages load them, and as JSON.
 */
async function addDefinitions(shop: FastifyInstance, own: string, sandbox: URL | undefined): Promise<void> {
  const program = Buffer.from(await build(own));
  shop.get('/definitions.tripline', async (_request, reply) => {
    const published = sandbox === undefined ? undefined : await publishedProgram(sandbox);
    return reply
      .type('application/octet-stream')
      .header('Cache-Control', 'no-cache')
      .send(published ?? program);
  });
  shop.get('/definitions.json', async (_request, reply) => {
    const published = sandbox === undefined ? undefined : await publishedDefinitions(sandbox);
    return reply
      .type('application/json')
      .header('Cache-Control', 'no-cache')
      .send(published ?? own);
  });
}

interface IdCall {
  Params: { id: string };
}

function addPages(shop: FastifyInstance, pages: Pages, catalogue: Catalogue): void {
  const orders = new OrderBook();
  shop.get('/', (_request, reply) => pages.send(reply, 'list'));
  shop.get('/cart', (_request, reply) => pages.send(reply, 'cart'));
  shop.get('/checkout', (_request, reply) => pages.send(reply, 'checkout'));
  shop.post('/checkout', (request, reply) => placeOrder(request, reply, pages, catalogue, orders));
  shop.get<IdCall>('/products/:id', ({ params }, reply) =>
    catalogue.products.some(({ id }) => id === params.id)
      ? pages.send(reply, 'product')
      : pages.sendMessage(reply, 404, 'Not on our shelves', 'We do not have this product, or not any more.'),
  );
  shop.get<IdCall>('/orders/:id', ({ params: { id } }, reply) => {
    const placed = orders.get(id);
    return placed !== undefined
      ? pages.send(reply, 'order', { order: orderHtml(catalogue, id, placed) })
      : pages.sendMessage(
          reply,
          404,
          'We do not know this order',
          'The demo shop forgets its orders when it is restarted.',
        );
  });
  shop.setNotFoundHandler((_request, reply) =>
    pages.sendMessage(reply, 404, 'There is nothing here', 'Perhaps the address was mistyped.'),
  );
}

/** Redirects to the confirmation, so that reloading that page does not order again. */
function placeOrder(
  request: FastifyRequest,
  reply: FastifyReply,
  pages: Pages,
  catalogue: Catalogue,
  orders: OrderBook,
): FastifyReply {
  const title = 'Your order was not placed';
  if (!isFromOwnPage(request)) {
    const text = 'It came from a page that is not one of the shop’s. Please order from your cart.';
    return pages.sendMessage(reply, 403, title, text);
  }
  const reading = readOrder(catalogue, request.body);
  if ('problem' in reading) return pages.sendMessage(reply, 422, title, reading.problem);
  return reply.redirect(`/orders/${orders.add(reading.placed)}`, 303);
}

/** The built pages. Comments such as `<!-- order -->` mark the places for markup. */
class Pages {
  readonly #folder: URL;
  readonly #deciding: string;

  /** Without a sandbox, only the page can decide, so the footer needs no switch. */
  constructor(root: URL, hasSandbox: boolean) {
    this.#folder = new URL('dist/pages/', root);
    this.#deciding = hasSandbox ? readFileSync(new URL('src/partials/deciding.html', root), 'utf8') : '';
  }

  /** `parts` is safe markup by the name of its place. */
  send(reply: FastifyReply, name: string, parts: Readonly<Record<string, string>> = {}): FastifyReply {
    const page = readFileSync(new URL(`${name}.html`, this.#folder), 'utf8');
    const html = Object.entries({ deciding: this.#deciding, ...parts }).reduce(
      (filled, [place, markup]) => fillIn(filled, place, markup),
      page,
    );
    return reply.type('text/html; charset=utf-8').send(html);
  }

  sendMessage(reply: FastifyReply, status: number, title: string, text: string): FastifyReply {
    const message = escaped`
      <h1>${title}</h1>
      <p class="notice">${text}</p>
      <p><a href="/cart">To your cart</a> or <a href="/">have a look around</a></p>`;
    return this.send(reply.code(status), 'message', { title: escaped`${title}`, message });
  }
}

/** Replaces the comment `<!-- name -->` by safe markup. */
function fillIn(page: string, name: string, markup: string): string {
  return page.replace(`<!-- ${name} -->`, () => markup);
}

// The name of a file in assets/ changes with its content.
function cacheControl(path: string): string {
  return path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600';
}
