// Builds a sandbox from its parts: a server with one state.
import type { FastifyInstance } from 'fastify';
import { mkdirSync } from 'node:fs';
import { check, EngineError } from 'tripline/engine';
import { attributeRoutes } from './http/attribute-routes.ts';
import { eventLogRoutes } from './http/event-log-routes.ts';
import { templateRoutes } from './http/template-routes.ts';
import { unavailableRoutes } from './http/unavailable-routes.ts';
import { SdkCompatibility } from './registry/sdk-compatibility.ts';
import { collectorRoutes, type EventCounts } from './http/collector-routes.ts';
import { checkDatabase, markStarted } from './state/database.ts';
import { EventIds } from './stream/event-id.ts';
import { lockFolder } from './state/folder-lock.ts';
import { interventionRoutes } from './http/intervention-routes.ts';
import { InputLog } from './state/input-log.ts';
import { LmdbStore } from './state/lmdb-store.ts';
import type { Options } from './options.ts';
import { RecentEvents } from './collector/recent-events.ts';
import { registryRoutes } from './http/registry-routes.ts';
import { guard, refuseOtherMethods } from './http/security.ts';
import { errorCode } from './support/error-code.ts';
import { StartFailure } from './support/start-failure.ts';
import { SandboxState } from './state/state.ts';
import type { Store } from './state/store.ts';
import { Subscribers } from './stream/subscribers.ts';
import { answerErrors, describeApi, newServer } from './http/server.ts';
import { statusRoutes } from './http/status-routes.ts';
import { testingRoutes } from './http/testing-routes.ts';
import { keptToken } from './support/token.ts';

export interface Sandbox {
  /** The server, not yet listening. The state is kept when it is closed. */
  readonly server: FastifyInstance;
  readonly token: string;
}

/** Rejects with a StartFailure if the user can remove the reason: a folder, a port, a full disk. */
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
  const inputLog = new InputLog(store, state, (entry) => subscribers.deliver(entry));
  await inputLog.start(failed);

  const counts: EventCounts = { good: 0, malformed: 0 };
  const recent = new RecentEvents(limits);
  const server = newServer(limits);
  guard(server, { ...options, token });
  const addRefusals = refuseOtherMethods(server);
  answerErrors(server);
  await describeApi(server);
  const ids = new EventIds(stored.secret);
  await server.register(collectorRoutes, { inputLog, counts, recent, limits });
  const compatibility = new SdkCompatibility();
  await server.register(templateRoutes, { compatibility });
  await server.register(unavailableRoutes);
  await server.register(registryRoutes, { inputLog, registry: state.registry, check, compatibility });
  await server.register(interventionRoutes, { inputLog, state, subscribers, ids, compatibility, limits });
  await server.register(eventLogRoutes, { inputLog, state });
  await server.register(attributeRoutes, { inputLog, state, recent, limits });
  await server.register(testingRoutes, { recent, registry: state.registry, limits });
  await server.register(statusRoutes, { inputLog, state, subscribers, counts });
  addRefusals();

  const heartbeat = setInterval(() => subscribers.beat(), limits.heartbeat);
  server.addHook('preClose', async () => {
    clearInterval(heartbeat);
    subscribers.close();
  });
  server.addHook('onClose', async () => {
    await inputLog.close();
    await store.close();
    unlock();
  });
  return { server, token };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartFailure(`Cannot create the folder ${folder} (${errorCode(error)}). Choose another one with --data.`);
  }
}

function openStore({ data, limits }: Options): Store {
  try {
    return new LmdbStore(data, limits.deadLetters);
  } catch (error) {
    throw new StartFailure(
      `The database in ${data} cannot be opened (${errorCode(error)}). Choose another folder with --data.`,
    );
  }
}

async function loadState(store: Store, { data, limits }: Options) {
  try {
    const stored = await store.load();
    markStarted(data);
    const replay = { age: limits.replayAge, entries: limits.replayEntries, bytes: limits.replayBytes };
    return { stored, ...(await SandboxState.restore(stored, { ...limits, ...replay })) };
  } catch (error) {
    await store.close();
    if (error instanceof StartFailure) throw error;
    const reason = error instanceof EngineError ? error.message : errorCode(error);
    throw new StartFailure(
      `The state in ${data} cannot be read. ${reason} Nothing was changed. Move the folder away, or choose another one with --data.`,
    );
  }
}
