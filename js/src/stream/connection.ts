// One stream that is kept open: connects, waits, and connects again for as long as it is wanted.
import { longestRetryAfter, longestRetry, shortestRetry } from '../support/bounds.js';
import { fetchUnderPolicy } from '../support/policy.js';
import { messageOf } from '../support/problem.js';
import { EventParser, type Message } from './sse.js';

export type ConnectionState =
  | { state: 'connecting' | 'open' | 'closed' }
  /** Until the next attempt, in ms. */
  | { state: 'waiting'; reason: string; retryIn: number };

export interface ConnectionOptions {
  url: string;
  lastEventId: string;
  /** How long the server may take for its first answer (ms); twice as long after each failure, at most 30 s. */
  timeout: number;
  onMessage(message: Message): void;
  /** From now on, what was missed can be asked for from here. */
  onPlace(lastEventId: string): void;
  onState(state: ConnectionState): void;
}

const longestTimeout = 30_000;
/** A server that has sent a heartbeat, and then nothing for so long (ms), is gone. */
const longestSilence = 60_000;
/** A stream that was open for so long (ms) was no failure. */
const longEnough = 5000;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #ending = new AbortController();
  /** Cuts the attempt or the stream that is under way. */
  #cut: ((reason: string) => void) | undefined;
  #lastEventId: string;
  #wait = shortestRetry;
  /** By its `retry:`, the server asks for so many ms between two attempts. */
  #retry = 0;
  #failures = 0;
  /** Ends the wait. */
  #wake: (() => void) | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#lastEventId = options.lastEventId;
    globalThis.addEventListener?.('online', () => this.#wake?.(), { signal: this.#ending.signal });
    void this.#keepOpen();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#ending.abort();
    this.#cut?.('closed');
    this.#wake?.();
    this.#options.onState({ state: 'closed' });
  }

  /** Of the last message, or where the server said it is; '': it has not said. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  get #isClosed(): boolean {
    return this.#ending.signal.aborted;
  }

  async #keepOpen(): Promise<void> {
    while (!this.#isClosed) {
      this.#options.onState({ state: 'connecting' });
      const failure = await this.#attempt();
      if (this.#isClosed) return;
      const retryIn = this.#nextWait(failure);
      this.#options.onState({ state: 'waiting', reason: failure.message, retryIn });
      await this.#sleep(retryIn);
    }
  }

  /** Resolves when the stream has ended, with the reason. */
  async #attempt(): Promise<Failure> {
    try {
      const response = await this.#request();
      if (response.status !== 200) return refusal(response);
      if (!/^text\/event-stream\b/i.test(response.headers.get('Content-Type') ?? '')) {
        await response.body?.cancel();
        return { message: 'The server answered something other than an event stream.', isLasting: true };
      }
      this.#options.onState({ state: 'open' });
      await this.#read(response);
      return { message: 'The server ended the stream.' };
    } catch (error) {
      return { message: `The stream was cut, or did not begin: ${messageOf(error)}` };
    }
  }

  // A server of another origin may not allow the header, which shows as a TypeError. Any other failure, a timeout above
  // all, says nothing about the header: asking without it would lose what was sent meanwhile.
  async #request(): Promise<Response> {
    if (this.#lastEventId === '') return this.#fetch({});
    try {
      return await this.#fetch({ 'Last-Event-ID': utf8Bytes(this.#lastEventId) });
    } catch (error) {
      if (this.#isClosed || !(error instanceof TypeError) || isOwnOrigin(this.#options.url)) throw error;
    }
    return this.#fetch({});
  }

  async #fetch(headers: Record<string, string>): Promise<Response> {
    const timeout = Math.min(this.#options.timeout * 2 ** this.#failures, longestTimeout);
    const { abort, signal } = controlled();
    this.#cut = abort;
    const timer = setTimeout(abort, timeout, `no answer for ${timeout} ms`);
    try {
      return await fetchUnderPolicy(this.#options.url, {
        headers: { Accept: 'text/event-stream', ...headers },
        credentials: 'omit',
        cache: 'no-store',
        signal,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async #read(response: Response): Promise<void> {
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const openedAt = performance.now();
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    let beats = false;
    const parser = new EventParser(
      {
        message: (message) => {
          this.#lastEventId = message.lastEventId;
          this.#failures = 0;
          this.#options.onMessage(message);
        },
        place: (lastEventId) => {
          this.#lastEventId = lastEventId;
          this.#options.onPlace(lastEventId);
        },
        retry: (ms) => (this.#wait = this.#retry = Math.min(Math.max(ms, shortestRetry), longestRetry)),
        heartbeat: () => (beats = true),
      },
      this.#lastEventId,
    );
    try {
      for (;;) {
        if (beats) watchdog = setTimeout(() => this.#cut?.('the server fell silent'), longestSilence);
        const { done, value } = await reader.read();
        clearTimeout(watchdog);
        if (done || this.#isClosed) return;
        parser.push(value);
      }
    } finally {
      clearTimeout(watchdog);
      if (performance.now() - openedAt >= longEnough) this.#failures = 0;
      this.#cut?.('the end');
    }
  }

  // Half of it at random, so that a server that comes back is not asked by all at once.
  #nextWait({ isLasting = false, retryAfter = 0 }: Failure): number {
    const wait = isLasting ? longestRetry : Math.min(this.#wait * 2 ** this.#failures, longestRetry);
    if (wait < longestRetry) ++this.#failures;
    return Math.round(Math.max(wait * (1 - Math.random() / 2), this.#retry, retryAfter));
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function controlled(): { abort: (reason: string) => void; signal: AbortSignal } {
  const controller = new AbortController();
  return { abort: (reason) => controller.abort(new Error(reason)), signal: controller.signal };
}

interface Failure {
  message: string;
  /** Another attempt would most likely fail as well. */
  isLasting?: boolean;
  /** The server asks for so many ms. */
  retryAfter?: number;
}

async function refusal(response: Response): Promise<Failure> {
  await response.body?.cancel();
  const { status } = response;
  return {
    message: `The server answered with status ${status}.`,
    isLasting: status < 500 && status !== 408 && status !== 429,
    retryAfter: retryAfterOf(response.headers),
  };
}

/** In ms. An HTTP date is compared with the server's own clock where that can be read; the device's may be wrong. */
function retryAfterOf(headers: Headers): number {
  const value = headers.get('Retry-After') ?? '';
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : httpDate(value) - (httpDate(headers.get('Date')) || Date.now());
  return Math.min(Math.max(ms || 0, 0), longestRetryAfter);
}

/** In ms; NaN: it is not a date. Of the three forms that RFC 9110 allows, that of C's asctime() does not name its zone. */
function httpDate(value: string | null): number {
  return Date.parse(`${value?.replace(/ GMT$/, '')} GMT`);
}

/** A string whose characters are the bytes of the text's UTF-8, which is how EventSource sends an id. */
function utf8Bytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

// `origin` is that of a page in a sandboxed frame too, where that of its address is not the one that requests have.
function isOwnOrigin(url: string): boolean {
  const own = globalThis.origin ?? globalThis.location?.origin;
  return new URL(url, globalThis.document?.baseURI).origin === own;
}
