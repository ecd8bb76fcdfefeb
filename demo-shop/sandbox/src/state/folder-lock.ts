// Locks a folder for one sandbox, since two would ruin each other's state. The operating system holds the lock, and
// releases it when the process ends, in whatever way. The file's content only tells others which process has the lock.
import { tryLock } from 'fs-native-extensions';
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../support/error-code.ts';
import { StartFailure } from '../support/start-failure.ts';

/** Returns a function that unlocks. Throws a StartFailure if another process has the lock. */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'process');
  const descriptor = lock(file, folder);
  writeHolder(descriptor);
  return () => closeSync(descriptor);
}

function lock(file: string, folder: string): number {
  let descriptor;
  try {
    descriptor = openSync(file, 'a+', 0o600);
    if (tryLock(descriptor)) return descriptor;
  } catch (error) {
    throw new StartFailure(
      `Cannot lock the folder ${folder} (${errorCode(error)}). Choose another folder with --data.`,
    );
  }
  closeSync(descriptor);
  throw new StartFailure(
    `Another sandbox${holderIn(file)} keeps its state in ${folder}. Choose another folder with --data.`,
  );
}

function writeHolder(descriptor: number): void {
  try {
    ftruncateSync(descriptor);
    writeSync(descriptor, `${process.pid}\n`);
  } catch {
    // The disk is full: the lock holds all the same.
  }
}

function holderIn(file: string): string {
  const holder = /^\d+/.exec(readFileSync(file, 'utf8'))?.[0];
  return holder === undefined ? '' : ` (process ${holder})`;
}
