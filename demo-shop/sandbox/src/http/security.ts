// Who may call. A page of another site can make a visitor's browser send requests here, and by rebinding a name of its
// own to this machine even read the answers; so the name that a request calls the sandbox by, and the origin of the page
// that it comes from, must be known ones.
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../support/refusal.ts';
import { isToken } from '../support/token.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no token. */
    isOpen?: boolean;
    /** A GET that does more than read: no other site's page may make a browser send it, an image or a link neither. */
    hasEffect?: boolean;
    /** The methods that the address has, where this is none of them. */
    allow?: string;
  }
}

export interface Access {
  readonly token: string;
  readonly origins: readonly string[];
  readonly hostNames: readonly string[];
}

export const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

export function guard(server: FastifyInstance, access: Access): void {
  server.addHook('onRequest', async (request, reply) => {
    checkHost(request, access);
    checkOrigin(request, reply, access);
    if (request.method === 'OPTIONS') return answerPreflight(request, reply);
    if (request.routeOptions.config.isOpen !== true) checkToken(request, reply, access);
    checkMethod(request, reply);
  });
}

/**
 * Makes all other methods of an address answer 405. Returns what adds these routes: call it when the others are there, and
 * this before the first of them.
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
  throw new Refusal(405, `This address does not take ${request.method}. It takes ${allow}.`);
}

/** The host's name without its port; "" if there is none. */
export function hostName(host: string | undefined): string {
  return (/^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(host ?? '')?.[1] ?? '').toLowerCase();
}

function checkHost(request: FastifyRequest, { hostNames }: Access): void {
  if ([...loopbackNames, ...hostNames].includes(hostName(request.headers.host))) return;
  throw new Refusal(421, 'This sandbox does not go by that name. Call it localhost, or start it with --allow-host.');
}

function checkOrigin(request: FastifyRequest, reply: FastifyReply, { origins }: Access): void {
  const { origin, host } = request.headers;
  const own = [...origins, `http://${host}`];
  const isForeign = origin !== undefined ? !own.includes(origin) : hasEffect(request) && !isFromPageOf(own, request);
  if (isForeign) {
    throw new Refusal(403, 'Pages of that origin may not call this sandbox. Start it with --allow-origin to let them.');
  }
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
 * Whether a request comes from a page of one of these origins, or of no page at all. Browsers name no origin in the
 * requests of images, links and frames, but say that they come from another one, and most often name it as the referrer.
 */
export function isFromPageOf(origins: readonly string[], { headers }: { readonly headers: IncomingHttpHeaders }): boolean {
  const origin = headers.origin ?? originOf(headers.referer);
  if (origin !== undefined && origins.includes(origin)) return true;
  if (headers.origin !== undefined) return false;
  const site = headers['sec-fetch-site'];
  // Older browsers do not say it, and none does to addresses without TLS other than this machine's.
  return site === undefined ? origin === undefined : site === 'same-origin' || site === 'none';
}

function originOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  return URL.canParse(address) ? new URL(address).origin : 'null';
}

function answerPreflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers({
    'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE',
    'Access-Control-Allow-Headers': 'Content-Type, Authorization, X-Signals-Sdk-Name, SP-Anonymous, Last-Event-ID, Cache-Control',
    'Access-Control-Max-Age': '600',
  });
  // A page may reach from the internet into this machine only where it is told so.
  if (request.headers['access-control-request-private-network'] !== undefined) {
    reply.header('Access-Control-Allow-Private-Network', 'true');
  }
  return reply.code(204).send();
}

function checkToken(request: FastifyRequest, reply: FastifyReply, { token }: Access): void {
  const isForPeople = request.url.startsWith('/docs');
  if (isToken(isForPeople ? passwordOf(request) : bearerOf(request), token)) return;
  reply.header('WWW-Authenticate', isForPeople ? 'Basic realm="sandbox", charset="UTF-8"' : 'Bearer');
  throw new Refusal(401, 'This call needs the sandbox token: Authorization: Bearer TOKEN. The sandbox prints it when it starts.');
}

function bearerOf(request: FastifyRequest): string {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

/** A browser cannot be given a bearer token: it asks for a name, which does not matter, and a password. */
function passwordOf(request: FastifyRequest): string {
  const encoded = /^Basic +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return bearerOf(request);
  return Buffer.from(encoded, 'base64').toString().split(':').slice(1).join(':');
}
