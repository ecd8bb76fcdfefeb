// One sandbox a folder: two that write to the same state would ruin it.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class FolderInUse extends Error {}

/** Answers how to unlock. Throws FolderInUse if another process that lives holds the folder; one that crashed does not. */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'process');
  const holder = readHolder(file);
  if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
    throw new FolderInUse(`Another sandbox (process ${holder}) keeps its state in ${folder}. Choose another folder with --data.`);
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function readHolder(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, but not ours.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
