import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createSandbox, greeting, readOptions, StartFailure, type Options, type Sandbox } from 'tripline-sandbox';
import { createShop } from './shop.ts';

const usage = `usage: start [OPTION]...

  --port N           serves the shop at port N (default 8080; 0 takes a free one)
  --no-sandbox       without a sandbox: the shop uses its own definitions, and its events go nowhere
  --sandbox URL      uses the sandbox at URL instead of starting one
  --sandbox-port N   starts the sandbox at port N (default 8787, or 0 if the shop's is 0)
  --data FOLDER      the sandbox keeps its state there (default demo-shop/.sandbox)`;

interface Settings {
  readonly port: number;
  /** The address of a running sandbox, the options to start one with, or undefined for a shop without a sandbox. */
  readonly sandbox: URL | Options | undefined;
}

// The demo-shop folder, seen from dist/server/server/.
const root = new URL('../../../', import.meta.url);

await main();

async function main(): Promise<void> {
  const settings = readSettings();
  if (settings === undefined) return fail(usage, 2);
  if (settings instanceof StartFailure) return fail(settings.message, 2);
  const { port, sandbox } = settings;
  const address = sandbox === undefined || sandbox instanceof URL ? sandbox : await startSandbox(sandbox);
  const shop = await createShop(root, address);
  closeWithProcess(shop);
  try {
    console.log(`The demo shop is at ${await shop.listen({ host: '127.0.0.1', port })}/`);
  } catch (error) {
    if (!isTaken(error)) throw error;
    fail(`Port ${port} is taken. Choose another with --port, or --port 0 for any free one.`, 1);
    process.kill(process.pid, 'SIGTERM');
  }
}

/** Returns undefined, for a shop without a sandbox, if the port or folder is in use, most likely by another shop. */
async function startSandbox(options: Options): Promise<URL | undefined> {
  const { server, token } = (await newSandbox(options)) ?? {};
  if (server === undefined) return undefined;
  try {
    await server.listen({ host: options.host, port: options.port });
  } catch (error) {
    await server.close();
    if (!isTaken(error)) throw error;
    console.error(
      `Port ${options.port} is taken, so the shop starts without a sandbox. Choose another with --sandbox-port.`,
    );
    return undefined;
  }
  closeWithProcess(server);
  const { port } = server.addresses()[0] as AddressInfo;
  console.log(greeting(port, token));
  return new URL(`http://localhost:${port}`);
}

async function newSandbox(options: Options): Promise<Sandbox | undefined> {
  try {
    return await createSandbox(options);
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    console.error(`${error.message} The shop starts without a sandbox.`);
    return undefined;
  }
}

function closeWithProcess(server: { close(): PromiseLike<unknown> }): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
}

function readSettings(): Settings | StartFailure | undefined {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '8080' },
        'no-sandbox': { type: 'boolean', default: false },
        sandbox: { type: 'string' },
        'sandbox-port': { type: 'string' },
        data: { type: 'string' },
      },
    });
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65535) return undefined;
    if (values['no-sandbox']) return { port, sandbox: undefined };
    if (values.sandbox !== undefined) return { port, sandbox: new URL(values.sandbox) };
    const sandbox = sandboxOptions(values['sandbox-port'] ?? (port === 0 ? '0' : '8787'), values.data);
    return sandbox === undefined || sandbox instanceof StartFailure ? sandbox : { port, sandbox };
  } catch {
    return undefined;
  }
}

function sandboxOptions(
  port: string,
  data = fileURLToPath(new URL('.sandbox', root)),
): Options | StartFailure | undefined {
  return readOptions(['--port', port], process.env, data);
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

function fail(message: string, status: number): void {
  console.error(message);
  process.exitCode = status;
}
