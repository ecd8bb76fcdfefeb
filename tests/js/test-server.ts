// An HTTP server on a free port of this machine, for one test.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class TestServer {
  readonly #server: Server;

  private constructor(respond: RequestListener) {
    this.#server = createServer(respond);
  }

  static async open(respond: RequestListener): Promise<TestServer> {
    const server = new TestServer(respond);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts all connections. */
  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
