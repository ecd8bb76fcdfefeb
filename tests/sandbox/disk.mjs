// A small disk that tests can fill: a tmpfs in a mount namespace of its own, which nobody else sees.
// `node disk.mjs` tells by its status whether one can be made here; that needs the right to mount.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How to get a namespace in which one may mount, and how to join it. */
const ways = [
  { unshare: ['--mount'], nsenter: ['--mount'] },
  { unshare: ['--mount', '--map-root-user'], nsenter: ['--user', '--mount', '--preserve-credentials'] },
];

const mounting = 'mount -t tmpfs -o size="$1" tmpfs "$2" && echo mounted && exec cat';

export class Disk {
  /** Its size in bytes. It goes with the test `t`. */
  static async mount(t, bytes) {
    const folder = mkdtempSync(join(tmpdir(), 'disk-'));
    t.after(() => rmdirSync(folder));
    for (const { unshare, nsenter } of ways) {
      const holder = spawn('unshare', [...unshare, 'sh', '-c', mounting, 'sh', String(bytes), folder], { stdio: ['pipe', 'pipe', 'ignore'] });
      const exit = once(holder, 'exit');
      if ((await Promise.race([once(holder.stdout, 'data'), exit]))[0]?.toString().startsWith('mounted')) {
        t.after(() => {
          holder.stdin.end();
          return exit;
        });
        return new Disk(holder.pid, folder, nsenter);
      }
    }
    throw new Error('This needs the right to mount.');
  }

  #pid;
  #folder;
  #folders = 0;
  /** What a command begins with to see the disk. */
  launcher;

  constructor(pid, folder, nsenter) {
    this.#pid = pid;
    this.#folder = folder;
    this.launcher = ['nsenter', '--target', String(pid), ...nsenter, '--'];
  }

  /** A path on the disk, as those who do not see it reach it. */
  seen(path) {
    return `/proc/${this.#pid}/root${path}`;
  }

  /** For those who see the disk. */
  newFolder() {
    const folder = join(this.#folder, String(++this.#folders));
    mkdirSync(this.seen(folder));
    return folder;
  }

  get free() {
    const { bavail, bsize } = statfsSync(this.seen(this.#folder));
    return bavail * bsize;
  }

  /** Leaves that many bytes free; a disk has pages of 4 KB. Somebody else may be writing. */
  fill(left = 0) {
    try {
      writeFileSync(this.#filler, Buffer.alloc(this.free - left));
    } catch (error) {
      if (error.code !== 'ENOSPC' || left > 0) throw error;
    }
  }

  makeRoom() {
    rmSync(this.#filler);
  }

  get #filler() {
    return this.seen(join(this.#folder, 'filler'));
  }
}

if (process.argv[1] === import.meta.filename) {
  const can = ways.some(({ unshare }) => spawnSync('unshare', [...unshare, 'sh', '-c', 'mount -t tmpfs tmpfs /tmp']).status === 0);
  process.exitCode = can ? 0 : 1;
}
