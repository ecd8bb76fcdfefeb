#!/usr/bin/env node
// `npx tripline`: runs the command line program. Its one source is core/cli, compiled to WebAssembly for Node, so that
// options, output and exit status are those of the native program.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import { pull } from './pull.js';

interface ProgramOptions {
  arguments: string[];
  /** Handed over, because Emscripten's glue would fetch() the file. */
  wasmBinary: Uint8Array;
  /** Gets what the glue says of itself: the program writes to the streams directly. */
  printErr(): void;
  quit(status: number, reason: unknown): void;
  /** Called for `tripline pull`, whose arguments the program has read. */
  pull(url: string, file: string): void;
}

const inputErrors = 1;
/** The status of a program that SIGPIPE ends, which Node ignores. */
const closedPipe = 128 + 13;

// The glue calls these. All input and output is synchronous, so nothing is lost when the process exits.
fs.readSync = patient(fs.readSync);
fs.writeSync = patient(fs.writeSync);

let pulled: Promise<void> | undefined;
try {
  const createProgram = createRequire(import.meta.url)('./program.cjs') as (
    options: ProgramOptions,
  ) => Promise<unknown>;
  await createProgram({
    arguments: process.argv.slice(2),
    wasmBinary: fs.readFileSync(new URL('program.wasm', import.meta.url)),
    printErr: () => undefined,
    quit(status, reason) {
      if ((reason as Error).name !== 'ExitStatus') refuse(whyStopped(reason));
      if (!pulled) process.exit(status);
    },
    pull(url, file) {
      pulled = pull(url, file, process.env).catch((error: unknown) => refuse(`pull: ${messageOf(error)}`));
    },
  });
  // quit() has ended the process, whatever the program did.
  if (!pulled) throw new Error('it did not run to its end');
} catch (error) {
  refuse(`the program cannot be started: ${messageOf(error)}; install the package tripline again`);
}

/**
 * Returns the call for pipes: it waits where one that several processes share has nothing to read, or no space to
 * write, and it ends the process where nobody reads any longer.
 */
function patient<Call extends (...args: never) => number>(call: Call): Call {
  return new Proxy(call, {
    apply(target, receiver, args) {
      for (;;) {
        try {
          return Reflect.apply(target, receiver, args) as number;
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          if (code === 'EPIPE') process.exit(closedPipe);
          if (code === 'EOF') return 0; // how Windows ends a pipe
          if (code !== 'EAGAIN') throw error;
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        }
      }
    },
  });
}

/** The program itself aborts only when it gets no memory. */
function whyStopped(reason: unknown): string {
  const message = messageOf(reason);
  return message.startsWith('Aborted')
    ? 'out of memory, of which WebAssembly has at most 4 GB: set a lower limit by --profiles N or --sent-marks N'
    : `the program stopped: ${message}; this is a mistake in tripline, please report it`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function refuse(message: string): never {
  fs.writeSync(2, `tripline: ${message.replaceAll(/\s+/g, ' ')}\n`);
  process.exit(inputErrors);
}
