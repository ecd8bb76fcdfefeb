// What a page holds of a subscription. The stream itself is loaded when there is one.
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
  /** Answers a function that ends the listening. */
  on(name: 'status', listener: Listener): () => void;
  /** Ends the streams. */
  unsubscribe(): void;
}

/** One for all trackers that it is made for. */
export class TrackerSubscription implements Subscription {
  readonly options: SubscriptionOptions;
  /** Equal for equal options. */
  readonly key: string | undefined;
  readonly #listeners = new Set<Listener>();
  readonly #feeds = new Set<Feed>();
  #isEnded = false;

  constructor(options: SubscriptionOptions) {
    this.options = options;
    this.key = attempt(() => JSON.stringify(options)); // undefined: they hold something that is no option
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

  /** A tracker's stream. undefined: nobody wants it any more. */
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
  /** The page evaluates again, if it can. */
  close(): void;
}

function openFeed(options: SubscriptionOptions, host: StreamHost): Feed {
  const { evaluator, hasDefinitions, onStatus } = host;
  let isClosed = false;
  if (options?.mode === 'only') evaluator.pause(true); // from this moment on, not from when the code is there

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    evaluator.pause(!hasDefinitions);
    void stream.then((each) => each?.close());
  }

  async function load(): Promise<InterventionStream | undefined> {
    try {
      const { InterventionStream } = await limited('intervention-stream.js', undefined, () => import('./intervention-stream.js'));
      return new InterventionStream(options, host);
    } catch (cause) {
      evaluator.emit('error', { code: 'stream', message: `Interventions cannot be subscribed to: ${messageOf(cause)}`, cause });
      close();
      onStatus({ state: 'closed' });
      return undefined;
    }
  }

  // What is asked of it before it is there, it does then, in that order.
  const stream = load();
  return { update: (payload) => void stream.then((each) => each?.update(payload)), close };
}
