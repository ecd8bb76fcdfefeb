// A stream that is kept open: connects, waits, and connects again until it is closed.
import { longestRetryAfter, longestRetry, shortestRetry } from '../support/bounds.js';
import { fetchUnderPolicy } from '../support/policy.js';
import { messageOf } from '../support/problem.js';
import { EventParser, type Message } from './sse.js';

export type ConnectionState =
  | { state: 'connecting' | 'open' | 'closed' }
  /** `retryIn`: time until the next attempt (ms). */
  | { state: 'waiting'; reason: string; retryIn: number };

export interface ConnectionOptions {
  url: string;
  lastEventId: string;
  /** The `notBefore` of the connection before, by performance.now(). */
  notBefore?: number;
  /** Time limit for the server's first answer (ms). It doubles after each failure, up to 30 s. */
  timeout: number;
  onMessage(message: Message): void;
  /** Called when the server names another place in the stream, from which the stream can continue later. */
  onPlace(lastEventId: string): void;
  onState(state: ConnectionState): void;
}

const longestTimeout = 30_000;
/** A server that has sent a heartbeat and then nothing for this time (ms) is gone. */
const longestSilence = 60_000;
/** A stream that was open for this time (ms) does not count as a failure. */
const longEnough = 5000;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #ending = new AbortController();
  /** Aborts the attempt or the stream that is under way. */
  #cut: ((reason: string) => void) | undefined;
  #lastEventId: string;
  #wait = shortestRetry;
  /** Time between two attempts (ms) that the server's `retry:` asks for. */
  #retry = 0;
  #failures = 0;
  /** Ends the wait. */
  #wake: (() => void) | undefined;
  /** The server has asked to be left alone until then, by performance.now(). */
  #notBefore: number;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#lastEventId = options.lastEventId;
    this.#notBefore = options.notBefore ?? 0;
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

  /** The id of the last message, or the place that the server named since; '' if it named none. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** By performance.now(): by its last `Retry-After`, the server wants no request until then, for whomever. */
  get notBefore(): number {
    return this.#notBefore;
  }

  get #isClosed(): boolean {
    return this.#ending.signal.aborted;
  }

  async #keepOpen(): Promise<void> {
    await null; // whoever has made this connection knows it before it hears of it
    const rest = Math.round(this.#notBefore - performance.now());
    if (rest > 0) await this.#sleep({ message: 'The server has asked to wait.' }, rest, rest);
    while (!this.#isClosed) {
      this.#options.onState({ state: 'connecting' });
      const failure = await this.#attempt();
      if (this.#isClosed) return;
      const { retryAfter = 0 } = failure;
      this.#notBefore = performance.now() + retryAfter;
      await this.#sleep(failure, this.#nextWait(failure), Math.max(this.#retry, retryAfter));
    }
  }

  /** Opens the stream, and resolves with the reason when it has ended. */
  async #attempt(): Promise<Failure> {
    try {
      const response = await this.#request();
      if (response.status !== 200) return await refusal(response);
      if (!/^text\/event-stream\b/i.test(response.headers.get('Content-Type') ?? '')) {
        await response.body?.cancel();
        return { message: 'The server did not return an event stream.', isLasting: true };
      }
      this.#options.onState({ state: 'open' });
      await this.#read(response);
      return { message: 'The server ended the stream.' };
    } catch (error) {
      return { message: `The stream was cut, or did not begin: ${messageOf(error)}` };
    }
  }

  // A server of another origin may not allow the header, which shows as a TypeError. Any other failure, above all a
  // timeout, says nothing about the header: a request without it would lose the messages that were sent meanwhile.
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

  // Half of the wait is random, so that not all pages ask a server at once when it comes back.
  #nextWait({ isLasting = false, retryAfter = 0 }: Failure): number {
    const wait = isLasting ? longestRetry : Math.min(this.#wait * 2 ** this.#failures, longestRetry);
    if (wait < longestRetry) ++this.#failures;
    return Math.round(Math.max(wait * (1 - Math.random() / 2), this.#retry, retryAfter));
  }

  /** Until `retryIn` ms have passed, or the device is online again, but for at least `atLeast` ms. */
  #sleep({ message: reason }: Failure, retryIn: number, atLeast: number): Promise<void> {
    this.#options.onState({ state: 'waiting', reason, retryIn });
    const earliest = performance.now() + atLeast;
    return new Promise((resolve) => {
      let timer = setTimeout(resolve, retryIn);
      this.#wake = () => {
        clearTimeout(timer);
        if (this.#isClosed) resolve();
        else timer = setTimeout(resolve, earliest - performance.now());
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
  /** Time (ms) that the server's `Retry-After` asks for. */
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

/**
 * Returns `Retry-After` in ms. Compares an HTTP date with the server's `Date` if that can be read, else with the
 * device's clock, which may be wrong.
 */
function retryAfterOf(headers: Headers): number {
  const value = headers.get('Retry-After') ?? '';
  const isNumber = /^\d+(\s*,\s*\d+)*$/.test(value); // a proxy may have added its own
  const ms = isNumber ? parseFloat(value) * 1000 : httpDate(value) - (httpDate(headers.get('Date')) || Date.now());
  return Math.min(Math.max(ms || 0, 0), longestRetryAfter);
}

/**
 * Returns an HTTP date in ms; NaN if it is not a date. asctime()'s form, which RFC 9110 allows, does not name its zone:
 * GMT.
 */
function httpDate(value: string | null): number {
  return Date.parse(`${value?.replace(/ GMT(, .*)?$/, '')} GMT`);
}

/** Returns a string whose characters are the bytes of the id in UTF-8, as EventSource sends it. */
function utf8Bytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

// Reads `globalThis.origin` first: in a sandboxed frame, requests have that origin, not the origin of the page's
// address.
function isOwnOrigin(url: string): boolean {
  const own = globalThis.origin ?? globalThis.location?.origin;
  return new URL(url, globalThis.document?.baseURI).origin === own;
}
