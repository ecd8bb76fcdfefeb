// Access control. A page of another site can make a visitor's browser send requests here. If it rebinds a name of its
// own to this machine, it can even read the responses. So each request must use a known name for the sandbox, and come
// from a page of a known origin.
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../support/refusal.ts';
import { isToken } from '../support/token.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no token. */
    isOpen?: boolean;
    /**
     * A GET that does more than read: pages of other sites must not make a browser send it, not even by an image or a
     * link.
     */
    hasEffect?: boolean;
    /** The methods that the address has, if this method is not one of them. */
    allow?: string;
  }

  interface FastifyRequest {
    /** False for a call of the public address that has no token: it may read only what is public. */
    isTrusted: boolean;
  }
}

/** Public services are read at this address, without a token and from pages of any origin. */
const publicAddress = /^\/+api\/+v1\/+get-online-attributes\/*(\?|$)/;

export interface Access {
  readonly token: string;
  readonly origins: readonly string[];
  readonly hostNames: readonly string[];
}

export const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

export function guard(server: FastifyInstance, access: Access): void {
  server.decorateRequest('isTrusted', true);
  server.addHook('onRequest', async (request, reply) => {
    checkHost(request, access);
    if (publicAddress.test(request.url) && ['POST', 'OPTIONS'].includes(request.method)) {
      return admitAnyone(request, reply, access);
    }
    checkOrigin(request, reply, access);
    if (request.method === 'OPTIONS') return answerPreflight(request, reply);
    if (request.routeOptions.config.isOpen !== true) checkToken(request, reply, access);
    checkMethod(request, reply);
  });
}

/**
 * Makes each other method of an address return 405. Call this before the first route is added, and the function that it
 * returns after the last.
 */
export function refuseOtherMethods(server: FastifyInstance): () => void {
  const methods = new Map<string, Set<string>>();
  const open = new Set<string>();
  server.addHook('onRoute', ({ url, method, config }) => {
    const address = url.replace(/(?<=.)\/$/, '');
    methods.set(address, new Set([...(methods.get(address) ?? []), ...[method].flat()]));
    if (config?.isOpen === true) open.add(address);
  });
  return () => {
    for (const [url, known] of [...methods]) {
      const method = server.supportedMethods.filter((each) => !known.has(each) && each !== 'OPTIONS');
      const config = { isOpen: open.has(url), allow: [...known].join(', ') };
      // The guard refuses before a body is read.
      server.route({ method, url, config, schema: { hide: true }, handler: () => undefined });
    }
  };
}

function checkMethod(request: FastifyRequest, reply: FastifyReply): void {
  const { allow } = request.routeOptions.config;
  if (allow === undefined) return;
  reply.header('Allow', allow);
  throw new Refusal(405, `This address does not allow ${request.method}. It allows ${allow}.`);
}

/** Returns the host name of a Host header, without the port. Returns "" if the header has none. */
export function hostName(host: string | undefined): string {
  return (/^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(host ?? '')?.[1] ?? '').toLowerCase();
}

function checkHost(request: FastifyRequest, { hostNames }: Access): void {
  if ([...loopbackNames, ...hostNames].includes(hostName(request.headers.host))) return;
  throw new Refusal(421, 'This sandbox does not go by that name. Call it localhost, or start it with --allow-host.');
}

/** A page of an origin that is not on the list is not trusted, even if it has the token. */
function admitAnyone(request: FastifyRequest, reply: FastifyReply, access: Access): FastifyReply | void {
  reply.header('Cache-Control', 'no-store');
  const isKnown = !isForeign(request, access);
  if (isKnown) allowOrigin(request, reply);
  else reply.header('Access-Control-Allow-Origin', '*');
  if (request.method === 'OPTIONS') return answerPreflight(request, reply);
  request.isTrusted = isKnown && isToken(bearerOf(request), access.token);
  if (isKnown && request.headers.authorization) checkToken(request, reply, access);
}

function checkOrigin(request: FastifyRequest, reply: FastifyReply, access: Access): void {
  if (isForeign(request, access)) {
    throw new Refusal(403, 'Pages of that origin may not call this sandbox. Start it with --allow-origin to let them.');
  }
  allowOrigin(request, reply);
}

function isForeign(request: FastifyRequest, { origins }: Access): boolean {
  const { origin, host } = request.headers;
  const own = [...origins, `http://${host}`];
  return origin !== undefined ? !own.includes(origin) : hasEffect(request) && !isFromPageOf(own, request);
}

function allowOrigin({ headers: { origin } }: FastifyRequest, reply: FastifyReply): void {
  if (origin === undefined) return;
  reply.headers({
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    Vary: 'Origin',
  });
}

function hasEffect({ method, routeOptions: { config } }: FastifyRequest): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method) || config.hasEffect === true;
}

/**
 * Returns true if a request comes from a page of one of these origins, or from no page. In requests of images, links
 * and frames, browsers do not send `Origin`, but `Sec-Fetch-Site`, and most often `Referer`.
 */
export function isFromPageOf(
  origins: readonly string[],
  { headers }: { readonly headers: IncomingHttpHeaders },
): boolean {
  const origin = headers.origin ?? originOf(headers.referer);
  if (origin !== undefined && origins.includes(origin)) return true;
  if (headers.origin !== undefined) return false;
  const site = headers['sec-fetch-site'];
  // Older browsers do not send it. No browser sends it to an address without TLS, except to this machine's own.
  return site === undefined ? origin === undefined : site === 'same-origin' || site === 'none';
}

function originOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  return URL.canParse(address) ? new URL(address).origin : 'null';
}

function answerPreflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers({
    'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE',
    'Access-Control-Allow-Headers':
      'Content-Type, Authorization, X-Signals-Sdk-Name, SP-Anonymous, Last-Event-ID, Cache-Control',
    'Access-Control-Max-Age': '600',
  });
  // Browsers let a page from the internet call this machine only if the preflight response allows it.
  if (request.headers['access-control-request-private-network'] !== undefined) {
    reply.header('Access-Control-Allow-Private-Network', 'true');
  }
  return reply.code(204).send();
}

/** Refuses a request without the token. */
export function needToken(reply: FastifyReply, scheme = 'Bearer'): never {
  reply.header('WWW-Authenticate', scheme);
  throw new Refusal(
    401,
    'This call needs the sandbox token: Authorization: Bearer TOKEN. The sandbox prints it when it starts.',
  );
}

function checkToken(request: FastifyRequest, reply: FastifyReply, { token }: Access): void {
  const isForPeople = request.url.startsWith('/docs');
  if (isToken(isForPeople ? passwordOf(request) : bearerOf(request), token)) return;
  needToken(reply, isForPeople ? 'Basic realm="sandbox", charset="UTF-8"' : 'Bearer');
}

function bearerOf(request: FastifyRequest): string {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

/** A browser cannot send a bearer token. It asks for a user name, which does not matter, and a password. */
function passwordOf(request: FastifyRequest): string {
  const encoded = /^Basic +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return bearerOf(request);
  return Buffer.from(encoded, 'base64').toString().split(':').slice(1).join(':');
}
