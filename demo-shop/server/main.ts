import { parseArgs } from 'node:util';
import { createShop } from './shop.ts';

const usage = 'usage: start [--port N]   (default 8080; 0 takes a free port)';

await main();

async function main(): Promise<void> {
  const port = readPort();
  if (port === undefined) return fail(usage, 2);
  // Two folders up from dist/server/server/ lies the shop.
  const shop = await createShop(new URL('../../../', import.meta.url));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void shop.close());
  try {
    console.log(`The demo shop is at ${await shop.listen({ host: '127.0.0.1', port })}/`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    fail(`Port ${port} is taken. Choose another with --port, or --port 0 for any free one.`, 1);
  }
}

function readPort(): number | undefined {
  try {
    const { values } = parseArgs({ options: { port: { type: 'string', default: '8080' } } });
    const port = Number(values.port);
    return /^\d+$/.test(values.port) && port <= 65535 ? port : undefined;
  } catch {
    return undefined;
  }
}

function fail(message: string, status: number): void {
  console.error(message);
  process.exitCode = status;
}
