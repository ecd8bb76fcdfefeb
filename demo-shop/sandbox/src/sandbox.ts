// Puts the parts together: a server around one state.
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { mkdirSync, readFileSync } from 'node:fs';
import { check, EngineError } from 'tripline/engine';
import { attributeRoutes } from './http/attribute-routes.ts';
import { entityTag } from './registry/bundle.ts';
import { collectorRoutes, type EventCounts } from './http/collector-routes.ts';
import { checkDatabase } from './state/database.ts';
import { EventIds } from './stream/event-id.ts';
import { lockFolder } from './state/folder-lock.ts';
import { interventionRoutes } from './http/intervention-routes.ts';
import { Journal } from './state/input-log.ts';
import { LmdbStore } from './state/lmdb-store.ts';
import type { Options } from './options.ts';
import { RecentEvents } from './collector/recent-events.ts';
import { Refusal, refusalBody } from './support/refusal.ts';
import { registryRoutes } from './http/registry-routes.ts';
import { guard, refuseOtherMethods } from './http/security.ts';
import { errorCode } from './support/error-code.ts';
import { StartFailure } from './support/start-failure.ts';
import { State } from './state/state.ts';
import type { Store } from './state/store.ts';
import { Subscribers } from './stream/subscribers.ts';
import { testingRoutes } from './http/testing-routes.ts';
import { keptToken } from './support/token.ts';

/** The engine reads 256 levels, and a definition is two levels down in a bundle. */
const deepestBody = 254;
/** Dead letters in the statistics. */
const mostListed = 100;

export interface Sandbox {
  /** Not yet listening. Closing it keeps the state. */
  readonly server: FastifyInstance;
  readonly token: string;
}

/** Rejects with a StartFailure for what its user can change. */
export async function createSandbox(options: Options): Promise<Sandbox> {
  makeFolder(options.data);
  const unlock = lockFolder(options.data);
  try {
    return await startIn(options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function startIn(options: Options, unlock: () => void): Promise<Sandbox> {
  const { limits } = options;
  checkDatabase(options.data);
  const token = options.token ?? keptToken(options.data);
  const store = openStore(options);
  const { stored, state, failed } = await loadState(store, options);
  const subscribers = new Subscribers();
  const journal = new Journal(store, state, (entry) => subscribers.deliver(entry));
  await journal.start(failed);

  const counts: EventCounts = { good: 0, malformed: 0 };
  const recent = new RecentEvents(limits.recentEvents);
  const server = newServer(options);
  guard(server, { ...options, token });
  const addRefusals = refuseOtherMethods(server);
  answerErrors(server);
  await describeApi(server);
  const ids = new EventIds(stored.secret);
  await server.register(collectorRoutes, { journal, counts, recent, limits });
  await server.register(registryRoutes, { journal, registry: state.registry, check });
  await server.register(interventionRoutes, { journal, state, subscribers, ids, limits });
  await server.register(attributeRoutes, { journal, state, recent, limits });
  await server.register(testingRoutes, { recent, limits });
  await server.register(ownRoutes, { journal, state, subscribers, counts });
  addRefusals();

  const heartbeat = setInterval(() => subscribers.beat(), limits.heartbeat);
  server.addHook('preClose', async () => {
    clearInterval(heartbeat);
    subscribers.close();
  });
  server.addHook('onClose', async () => {
    await journal.close();
    await store.close();
    unlock();
  });
  return { server, token };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartFailure(`The folder ${folder} cannot be made (${errorCode(error)}). Choose another one with --data.`);
  }
}

function openStore({ data, limits }: Options): Store {
  try {
    return new LmdbStore(data, limits.deadLetters);
  } catch (error) {
    throw new StartFailure(`The database in ${data} cannot be opened (${errorCode(error)}). Choose another folder with --data.`);
  }
}

async function loadState(store: Store, { data, limits }: Options) {
  try {
    const stored = await store.load();
    return { stored, ...(await State.restore(stored, { ...limits, age: limits.replayAge, entries: limits.replayEntries })) };
  } catch (error) {
    await store.close();
    const reason = error instanceof EngineError ? error.message : errorCode(error);
    throw new StartFailure(`The state in ${data} cannot be read. ${reason} Nothing was changed. Move the folder away, or choose another one with --data.`);
  }
}

function newServer({ limits }: Options): FastifyInstance {
  const server = fastify({
    bodyLimit: limits.bodyBytes,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.requestTime,
      connectionsCheckingInterval: Math.ceil(limits.requestTime / 10),
    },
    requestTimeout: limits.requestTime,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    forceCloseConnections: true,
    // An address that the router cannot even read; Fastify's own answer would repeat it.
    frameworkErrors: (_error, request, reply) => {
      void (reply as FastifyReply).code(400).send(refusalBody(request.url, new Refusal(400, 'The address is malformed.')));
    },
    // What does not fit a schema is refused, never bent to fit.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  });
  // The Python SDK says that a body is JSON also where it sends none.
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, undefined);
    if (depthOf(body as string) > deepestBody) return done(new Refusal(400, `The body is nested more than ${deepestBody} levels deep.`));
    parseJson(request, body as string, done);
  });
  return server;
}

/** How deep brackets are nested, outside of strings. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let i = 0; i < json.length; ++i) {
    const character = json[i]!;
    if (character === '"') isInString = !isInString;
    else if (isInString) i += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') --depth;
  }
  return deepest;
}

/** Nothing that a client sent gets into an error's text: neither Fastify's own messages nor those of parsers. */
function answerErrors(server: FastifyInstance): void {
  server.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
    const refusal = error instanceof Refusal ? error : refusalOf(error, request.url);
    return reply.code(refusal.status).send(refusalBody(request.url, refusal));
  });
  server.setNotFoundHandler((request, reply) => {
    return reply.code(404).send(refusalBody(request.url, new Refusal(404, 'There is nothing at this address.')));
  });
}

function refusalOf(error: FastifyError, url: string): Refusal {
  if (error.validation !== undefined) {
    const faults = error.validation.map(({ instancePath, message }) => ({
      loc: [error.validationContext ?? 'body', ...instancePath.split('/').slice(1)],
      msg: `${message}`,
      type: 'value_error',
    }));
    return url.includes('/registry/')
      ? new Refusal(422, faults)
      : new Refusal(400, faults.map(({ loc, msg }) => `${loc[0]} ${msg}`).join('; '));
  }
  switch (error.statusCode) {
    case 413:
      return new Refusal(413, 'The body is larger than the sandbox takes.');
    case 415:
      return new Refusal(415, 'Send the body as application/json.');
    case 400:
      return new Refusal(400, 'The body is not JSON.');
    default:
      console.error(`A request failed: ${errorCode(error)}`);
      return new Refusal(500, 'Something went wrong inside the sandbox.');
  }
}

async function describeApi(server: FastifyInstance): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  await server.register(swagger, {
    openapi: {
      info: { title: 'Signals sandbox', version, description: 'A local stand-in for the Snowplow Signals API.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
  await server.register(swaggerUi, { routePrefix: '/docs' });
}

interface OwnParts {
  readonly journal: Journal;
  readonly state: State;
  readonly subscribers: Subscribers;
  readonly counts: EventCounts;
}

async function ownRoutes(server: FastifyInstance, { journal, state, subscribers, counts }: OwnParts): Promise<void> {
  server.get(
    '/definitions.json',
    { config: { isOpen: true }, schema: { tags: ['bundle'], summary: 'What is published, for browsers' } },
    (request, reply) => {
      const text = state.publicBundle;
      const tag = entityTag(text);
      reply.headers({ ETag: tag, 'Cache-Control': 'no-cache' });
      if (request.headers['if-none-match']?.includes(tag) === true) return reply.code(304).send();
      return reply.type('application/json').send(text);
    },
  );
  server.get(
    '/health-all',
    { config: { isOpen: true }, schema: { tags: ['health'], summary: 'Whether the sandbox works' } },
    (_request, reply) => {
      const [store, engine] = [word(journal.canWrite), word(journal.canDecide)];
      const works = journal.canWrite && journal.canDecide;
      return reply.code(works ? 200 : 503).send({ status: word(works), dependencies: { store, engine } });
    },
  );
  server.get('/api/v1/statistics', { schema: { tags: ['health'], summary: 'What was counted since the start' } }, () => ({
    events: counts,
    subscribers: subscribers.size,
    dead_letters: deadLetters(journal),
  }));
}

function word(works: boolean): 'ok' | 'failed' {
  return works ? 'ok' : 'failed';
}

/** The newest are listed. */
function deadLetters(journal: Journal): object {
  const letters = journal.deadLetters();
  const listed = letters.slice(-mostListed).map(({ at, code }) => ({ time: new Date(at).toISOString(), code }));
  return { count: letters.length, listed };
}
