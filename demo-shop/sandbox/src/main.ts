#!/usr/bin/env node
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { greeting } from './greeting.ts';
import { readOptions, usage, type Options } from './options.ts';
import { createSandbox } from './sandbox.ts';
import { errorCode } from './support/error-code.ts';
import { printable } from './support/printable.ts';
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
    fail(listenFailure(options, errorCode(error)), 1);
  }
}

function listenFailure({ host, port }: Options, code: string): string {
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Choose another with --port, or --port 0 for any free one.`;
  return `The sandbox cannot listen at ${printable(host)}, port ${port} (${code}). Choose others with --host and --port.`;
}

function fail(message: string, status: number): void {
  console.error(message);
  process.exitCode = status;
}
