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

/** An empty file beside the database: a start has finished, so the database may hold what was acknowledged. */
const marker = 'started';

/**
 * Throws a StartFailure if there is a database and it is damaged, or if there is none and no room for one. Removes what a
 * first start that did not finish has left.
 */
export function checkDatabase(folder: string): void {
  const file = join(databaseFolder(folder), 'data.mdb');
  const size = sizeOf(folder, 'data.mdb');
  sizeOf(folder, 'lock.mdb');
  if (size >= smallestFile) return checkContent(folder);
  if (existsSync(join(databaseFolder(folder), marker))) throw damage(folder, `data.mdb has ${size} bytes`);
  rmSync(file, { force: true });
  checkRoom(folder);
}

/** Returns 0 if there is no such file. The library ends the process if it is a folder. */
function sizeOf(folder: string, name: string): number {
  let status;
  try {
    status = statSync(join(databaseFolder(folder), name), { throwIfNoEntry: false });
  } catch (error) {
    throw damage(folder, `${name} cannot be read (${errorCode(error)})`);
  }
  if (status?.isFile() === false) throw damage(folder, `${name} is not a file`);
  return status?.size ?? 0;
}

/** From now on a database that is too small is a damaged one. Call it before the first input is acknowledged. */
export function markStarted(folder: string): void {
  try {
    const descriptor = openSync(join(databaseFolder(folder), marker), 'a', 0o600);
    fsyncSync(descriptor);
    closeSync(descriptor);
  } catch (error) {
    throw new StartFailure(
      `The state cannot be kept in ${folder} (${errorCode(error)}). Make room, or choose another folder with --data.`,
    );
  }
}

function checkContent(folder: string): void {
  const program = fileURLToPath(new URL('./check-database.js', import.meta.url));
  const { status, signal } = spawnSync(process.execPath, [program, folder], {
    stdio: 'ignore',
    timeout: longestCheck,
    killSignal: 'SIGKILL',
  });
  if (status === 0) return;
  throw damage(folder, `a check of it ended with ${signal ?? `status ${status}`}`);
}

function damage(folder: string, reason: string): StartFailure {
  return new StartFailure(
    `The database in ${databaseFolder(folder)} is damaged: ${reason}. ` +
      'It was left as it is. Move the folder away, or choose another one with --data.',
  );
}

function checkRoom(folder: string): void {
  const file = join(folder, 'room');
  try {
    const descriptor = openSync(file, 'w', 0o600);
    try {
      for (let rest = firstRoom; rest > 0;) rest -= writeSync(descriptor, Buffer.alloc(rest));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new StartFailure(
      `The state cannot be kept in ${folder} (${errorCode(error)}): it needs 1 MB. Make room, or choose another folder with --data.`,
    );
  } finally {
    rmSync(file, { force: true });
  }
}
