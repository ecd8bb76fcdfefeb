// The bearer token. The first start makes it and keeps it in a file that only its owner can read.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './error-code.ts';
import { StartFailure } from './start-failure.ts';

/** Returns true if a header can carry the token and it is not too short. */
export function isAcceptable(token: string): boolean {
  return /^[!-~]{16,}$/.test(token);
}

/** Returns the token of the folder: 128 random bits, made at the first start. */
export function keptToken(folder: string): string {
  const file = join(folder, 'token');
  let token;
  try {
    if (!existsSync(file)) writeWhole(file, `${randomBytes(16).toString('hex')}\n`);
    token = readFileSync(file, 'utf8').trim();
    chmodSync(file, 0o600);
  } catch (error) {
    throw new StartFailure(
      `The token cannot be kept in ${file} (${errorCode(error)}). Make room, or choose another folder with --data.`,
    );
  }
  if (isAcceptable(token)) return token;
  throw new StartFailure(
    `The token in ${file} has fewer than 16 characters, or characters that a header cannot have. Delete the file to get a new one.`,
  );
}

/** Takes as long for a wrong token as for the right one. */
export function isToken(candidate: string, token: string): boolean {
  return timingSafeEqual(digest(candidate), digest(token));
}

/** Writes the whole file or nothing, also if the disk fills up. */
function writeWhole(file: string, text: string): void {
  const unfinished = `${file}.new`;
  try {
    const descriptor = openSync(unfinished, 'w', 0o600);
    writeSync(descriptor, text);
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
