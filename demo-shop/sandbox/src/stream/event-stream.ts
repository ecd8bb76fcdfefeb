// A subscriber's connection, with server-sent events in the form that every official client reads: an intervention is
// one line of ASCII after `data: `, and a heartbeat is a comment.
import type { ServerResponse } from 'node:http';
import type { EventIds } from './event-id.ts';
import type { Subscriber } from './subscribers.ts';
import type { StreamedIntervention, Target } from '../types.ts';

export class EventStream implements Subscriber {
  readonly targets: readonly Target[];
  readonly #response: ServerResponse;
  readonly #ids: EventIds;
  readonly #mostWaiting: number;
  readonly #canReceive: (intervention: StreamedIntervention) => boolean;
  #wasWaiting = false;

  /**
   * The connection is closed when more than `mostWaiting` bytes wait for the client. An intervention that the client
   * `canReceive` not is kept from it: an old SDK ends its stream without a word.
   */
  constructor(
    response: ServerResponse,
    targets: readonly Target[],
    ids: EventIds,
    mostWaiting: number,
    canReceive: (intervention: StreamedIntervention) => boolean,
  ) {
    this.#response = response;
    this.targets = targets;
    this.#ids = ids;
    this.#mostWaiting = mostWaiting;
    this.#canReceive = canReceive;
  }

  /** Sends `headers` and those of the format. */
  open(headers: Readonly<Record<string, string>>): void {
    this.#response.writeHead(200, {
      ...headers,
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    this.#write('retry: 2000\n\n');
  }

  send(number: number, intervention: StreamedIntervention): boolean {
    if (!this.#canReceive(intervention)) return false;
    return this.#write(`id: ${this.#ids.encode(number)}\ndata: ${asciiJson(intervention)}\n\n`);
  }

  /** Sends a message without data: a browser keeps its id for Last-Event-ID, and emits no event. */
  mark(number: number): void {
    this.#write(`id: ${this.#ids.encode(number)}\n\n`);
  }

  /** Closes the connection of a client that read nothing between two heartbeats although bytes waited. */
  beat(): void {
    const isWaiting = this.#response.writableLength > 0;
    if (isWaiting && this.#wasWaiting) return this.close();
    this.#wasWaiting = isWaiting;
    this.#write(': beat\n\n');
  }

  close(): void {
    this.#response.destroy();
  }

  #write(text: string): boolean {
    if (this.#response.destroyed) return false;
    if (this.#response.writableLength + text.length > this.#mostWaiting) {
      this.close();
      return false;
    }
    this.#response.write(text);
    return true;
  }
}

// The Python SDK's HTTP library ends a line at U+2028 and other characters, too.
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
