// Server-sent events: bytes → messages, as the HTML standard parses them.

import { longestMessage } from '../support/bounds.js';

export interface Message {
  data: string;
  /** What the server has last named; "" : nothing yet. */
  lastEventId: string;
}

/** What the parser tells, in order. */
export interface Listener {
  message(message: Message): void;
  /** The server has named another place in the stream, without a message. */
  place(lastEventId: string): void;
  /** The server asks for so many ms between two attempts. */
  retry(ms: number): void;
  /** A line came that is no part of a message: the server is alive, and says so. */
  heartbeat(): void;
}

export class EventParser {
  readonly #listener: Listener;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #isAfterReturn = false;
  #data: string[] = [];
  #size = 0;
  #type = '';
  #lastEventId: string;
  /** Of what was told last. */
  #place: string;

  constructor(listener: Listener, lastEventId = '') {
    this.#listener = listener;
    this.#lastEventId = this.#place = lastEventId;
  }

  /** Throws a RangeError if a message does not end. */
  push(bytes: Uint8Array): void {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === '') return;
    if (this.#isAfterReturn && text.startsWith('\n')) text = text.slice(1); // the second half of a CR LF
    this.#isAfterReturn = text.endsWith('\r');
    // A line may come in many parts: what came before is not searched again.
    const lines = text.split(/\r\n|\r|\n/);
    lines[0] = `${this.#rest}${lines[0]}`;
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
    if (this.#rest.length + this.#size > longestMessage) throw new RangeError('The server sends a message without end.');
  }

  #line(line: string): void {
    if (line === '') {
      this.#end();
      return;
    }
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'data') {
      this.#data.push(value);
      this.#size += value.length + 1;
    } else if (field === 'event') this.#type = value;
    else if (field === 'id' && !value.includes('\0')) this.#lastEventId = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.#listener.retry(Number(value));
    else if (field === '') this.#listener.heartbeat();
  }

  // Events of another type are not for us, as they are not for the official plugin.
  #end(): void {
    const isOurs = this.#type === '' || this.#type === 'message';
    const message = { data: this.#data.join('\n'), lastEventId: this.#lastEventId };
    this.#data = [];
    this.#size = 0;
    this.#type = '';
    const isAnotherPlace = message.lastEventId !== this.#place;
    this.#place = message.lastEventId;
    if (isOurs && message.data !== '') this.#listener.message(message);
    else if (isAnotherPlace) this.#listener.place(message.lastEventId);
  }
}
