// Server-sent events: bytes → messages, as the HTML standard parses them.

import { longestMessage } from '../support/bounds.js';

export interface Message {
  data: string;
  /** The last `id:` of the server; "" if it has sent none. */
  lastEventId: string;
}

/** Called for the parts of the stream, in order. */
export interface Listener {
  message(message: Message): void;
  /** The server has named another place in the stream, without a message. */
  place(lastEventId: string): void;
  /** The server asks for this time between two attempts (ms). */
  retry(ms: number): void;
  /** A comment came, by which a server shows that it is alive. */
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
  /** The place that the listener was given last. */
  #place: string;

  constructor(listener: Listener, lastEventId = '') {
    this.#listener = listener;
    this.#lastEventId = this.#place = lastEventId;
  }

  /** Parses the next bytes. Throws a RangeError if a message is longer than `longestMessage`. */
  push(bytes: Uint8Array): void {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === '') return;
    if (this.#isAfterReturn && text.startsWith('\n')) text = text.slice(1); // the second half of a CR LF
    this.#isAfterReturn = text.endsWith('\r');
    // A line may come in many parts; the earlier parts are not searched again.
    const lines = text.split(/\r\n|\r|\n/);
    lines[0] = `${this.#rest}${lines[0]}`;
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
    if (this.#rest.length + this.#size > longestMessage)
      throw new RangeError('The server sends a message without end.');
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

  // Ignores events of other types, as the official plugin does.
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
