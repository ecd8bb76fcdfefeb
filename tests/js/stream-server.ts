// A server of interventions that can fail in every way that the tests need.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A request that the server received. */
export interface Asked {
  query: Record<string, string>;
  path: string;
  lastEventId: string | undefined;
  method: string;
}

export const streamHead = { 'Content-Type': 'text/event-stream' };

export class StreamServer {
  readonly asked: Asked[] = [];
  /** Responses to the next requests, instead of a stream. */
  readonly answers: Answer[] = [];
  /** The first bytes of every stream. */
  opening = ': hello\n\n';
  /** True if pages of other origins may send Last-Event-ID. */
  allowsHeader = true;
  #server: Server | undefined;
  #port = 0;
  readonly #streams = new Set<ServerResponse>();

  static async open(): Promise<StreamServer> {
    const server = new StreamServer();
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get streams(): number {
    return this.#streams.size;
  }

  async start(): Promise<void> {
    const server = createServer(this.answer);
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Stops the server and all streams: it then refuses connections. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.cut();
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  /** Writes to all streams, unchanged. */
  write(text: string | Uint8Array): void {
    for (const stream of this.#streams) stream.write(text);
  }

  send(message: unknown, id?: string): void {
    this.write(`${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`);
  }

  /** Cuts the connections of all streams. */
  cut(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  /** Waits until exactly `streams` streams are open. */
  async reached(streams: number): Promise<void> {
    await vi.waitFor(
      () => {
        if (this.#streams.size !== streams) throw new Error(`${this.#streams.size} streams are open, not ${streams}.`);
      },
      { timeout: 15_000, interval: 5 },
    );
  }

  /** Handles requests of a site that serves the stream under its own origin. */
  readonly answer: Answer = (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    this.asked.push({
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      lastEventId: request.headers['last-event-id'] as string | undefined,
      method: request.method ?? '',
    });
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (request.method === 'OPTIONS') {
      response.writeHead(204, this.allowsHeader ? { 'Access-Control-Allow-Headers': 'last-event-id' } : {}).end();
      return;
    }
    const answer = this.answers.shift();
    if (answer) answer(request, response);
    else this.#stream(response);
  };

  #stream(response: ServerResponse): void {
    response.writeHead(200, streamHead);
    response.write(this.opening);
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }
}
