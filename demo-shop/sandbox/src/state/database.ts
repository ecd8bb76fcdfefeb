// Checks the database file before it is opened. The library maps it into memory, so a file that is damaged, or that
// cannot grow, ends the process by a signal. So another process reads the file first.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseFolder } from './lmdb-store.ts';
import { errorCode } from '../support/error-code.ts';
import { StartFailure } from '../support/start-failure.ts';

/** A little more than a new database needs (bytes). */
const firstRoom = 1024 * 1024;
/** The library's first write of a new file has this size (bytes). */
const smallestFile = 8192;
/** The time limit of the check (ms). */
const longestCheck = 120_000;

/** Throws a StartFailure if there is a database and it is damaged, or if there is none and no room for one. */
export function checkDatabase(folder: string): void {
  const file = join(databaseFolder(folder), 'data.mdb');
  if (isBegun(file)) return checkContent(folder);
  rmSync(file, { force: true });
  checkRoom(folder);
}

function isBegun(file: string): boolean {
  return existsSync(file) && statSync(file).size >= smallestFile;
}

function checkContent(folder: string): void {
  const program = fileURLToPath(new URL('./check-database.js', import.meta.url));
  const { status, signal } = spawnSync(process.execPath, [program, folder], { stdio: 'ignore', timeout: longestCheck, killSignal: 'SIGKILL' });
  if (status === 0) return;
  throw new StartFailure(
    `The database in ${databaseFolder(folder)} is damaged: a check of it ended with ${signal ?? `status ${status}`}. ` +
      'It was left as it is. Move the folder away, or choose another one with --data.',
  );
}

function checkRoom(folder: string): void {
  const file = join(folder, 'room');
  try {
    const descriptor = openSync(file, 'w', 0o600);
    try {
      for (let rest = firstRoom; rest > 0; ) rest -= writeSync(descriptor, Buffer.alloc(rest));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new StartFailure(`The state cannot be kept in ${folder} (${errorCode(error)}): it needs 1 MB. Make room, or choose another folder with --data.`);
  } finally {
    rmSync(file, { force: true });
  }
}
