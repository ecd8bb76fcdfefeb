// Subscriptions of a page. The code of the stream itself is loaded with the first one.
import { callEach } from '../support/listeners.js';
import { attempt } from '../support/attempt.js';
import { limited } from '../engine/load.js';
import { messageOf } from '../support/problem.js';
import type { InterventionStream } from './intervention-stream.js';
import type { StreamHost, StreamStatus, SubscriptionOptions } from './options.js';
import type { TrackerPayload } from '../types.js';

type Listener = (status: StreamStatus) => unknown;

/** A stream of interventions that a server decides on, for one tracker or several. */
export interface Subscription {
  /** Returns a function that removes the listener. */
  on(name: 'status', listener: Listener): () => void;
  /** Ends the streams. */
  unsubscribe(): void;
}

/** A subscription with a stream for each of its trackers. */
export class TrackerSubscription implements Subscription {
  readonly options: SubscriptionOptions;
  /** Equal for equal options; undefined if the options cannot be compared. */
  readonly key: string | undefined;
  readonly #listeners = new Set<Listener>();
  readonly #feeds = new Set<Feed>();
  #isEnded = false;

  constructor(options: SubscriptionOptions) {
    this.options = options;
    this.key = attempt(() => JSON.stringify(options));
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  on(_name: 'status', listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  unsubscribe(): void {
    this.#isEnded = true;
    for (const feed of this.#feeds) feed.close();
    this.#feeds.clear();
  }

  /** Opens a tracker's stream; undefined if the subscription has ended. */
  open(host: Omit<StreamHost, 'onStatus'>): Feed | undefined {
    if (this.#isEnded) return undefined;
    const onStatus: StreamHost['onStatus'] = (status) =>
      callEach(this.#listeners, { tracker: host.tracker.namespace, ...status });
    const feed = openFeed(this.options, { ...host, onStatus });
    this.#feeds.add(feed);
    return feed;
  }
}

/** One tracker's stream, before and after its code is loaded. */
export interface Feed {
  update(payload: TrackerPayload): void;
  /** Closes the stream. The page evaluates again, if it has definitions. */
  close(): void;
}

function openFeed(options: SubscriptionOptions, host: StreamHost): Feed {
  const { evaluator, hasDefinitions, onStatus } = host;
  let isClosed = false;
  if (options?.mode === 'only') evaluator.pause(true); // at once, not when the code is loaded

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    evaluator.pause(!hasDefinitions);
    void stream.then((each) => each?.close());
  }

  async function load(): Promise<InterventionStream | undefined> {
    try {
      const { InterventionStream } = await limited(
        'intervention-stream.js',
        undefined,
        () => import('./intervention-stream.js'),
      );
      return new InterventionStream(options, host);
    } catch (cause) {
      const message = `Cannot subscribe to interventions: ${messageOf(cause)}`;
      evaluator.emit('error', { code: 'stream', message, cause });
      close();
      onStatus({ state: 'closed' });
      return undefined;
    }
  }

  // Calls before the code is loaded wait for it, and run in their order.
  const stream = load();
  return { update: (payload) => void stream.then((each) => each?.update(payload)), close };
}
