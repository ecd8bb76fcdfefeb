// Who may call. A page of another site can make a visitor's browser send requests here, and by rebinding a name of its
// own to this machine even read the answers; so the name that a request calls the sandbox by, and the origin of the page
// that it comes from, must be known ones.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from './refusal.ts';
import { isToken } from './token.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no token. */
    isOpen?: boolean;
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
  });
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
  if (origin === undefined) return;
  if (!origins.includes(origin) && origin !== `http://${host}`) {
    throw new Refusal(403, 'Pages of that origin may not call this sandbox. Start it with --allow-origin to let them.');
  }
  reply.headers({
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    Vary: 'Origin',
  });
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
