#!/usr/bin/env node
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { greeting } from './greeting.ts';
import { readOptions, usage } from './options.ts';
import { createSandbox } from './sandbox.ts';
import { StartFailure } from './support/start-failure.ts';

await main();

async function main(): Promise<void> {
  // The demo shop's own folder: both share one state.
  const defaultData = fileURLToPath(new URL('../../.sandbox', import.meta.url));
  if (process.argv.includes('--help')) return console.log(usage);
  const options = readOptions(process.argv.slice(2), process.env, defaultData);
  if (options === undefined) return fail(usage, 2);
  if (options instanceof StartFailure) return fail(options.message, 2);
  const sandbox = await createSandbox(options).catch((error: unknown) => {
    if (!(error instanceof StartFailure)) throw error;
    fail(error.message, 1);
  });
  if (sandbox === undefined) return;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.server.close());
  try {
    await sandbox.server.listen({ host: options.host, port: options.port });
    const { port } = sandbox.server.addresses()[0] as AddressInfo;
    console.log(greeting(port, options.token === undefined ? sandbox.token : undefined));
  } catch (error) {
    await sandbox.server.close();
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    fail(`Port ${options.port} is taken. Choose another with --port, or --port 0 for any free one.`, 1);
  }
}

function fail(message: string, status: number): void {
  console.error(message);
  process.exitCode = status;
}
