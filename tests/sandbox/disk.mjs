// A small disk that tests can fill: a tmpfs in its own mount namespace, invisible to other processes.
// The exit status of `node disk.mjs` is 0 if this system grants the right to mount one.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Commands that make a namespace with the right to mount, and commands that join it. */
const ways = [
  { unshare: ['--mount'], nsenter: ['--mount'] },
  { unshare: ['--mount', '--map-root-user'], nsenter: ['--user', '--mount', '--preserve-credentials'] },
];

const mounting = 'mount -t tmpfs -o size="$1" tmpfs "$2" && echo mounted && exec cat';

export class Disk {
  /** Mounts a disk of this size in bytes, until the end of the test `t`. */
  static async mount(t, bytes) {
    const folder = mkdtempSync(join(tmpdir(), 'disk-'));
    t.after(() => rmdirSync(folder));
    for (const { unshare, nsenter } of ways) {
      const holder = spawn('unshare', [...unshare, 'sh', '-c', mounting, 'sh', String(bytes), folder], {
        stdio: ['pipe', 'pipe', 'ignore'],
      });
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
  /** The words before a command that must see the disk. */
  launcher;

  constructor(pid, folder, nsenter) {
    this.#pid = pid;
    this.#folder = folder;
    this.launcher = ['nsenter', '--target', String(pid), ...nsenter, '--'];
  }

  /** Returns the path at which processes outside the namespace reach a path on the disk. */
  seen(path) {
    return `/proc/${this.#pid}/root${path}`;
  }

  /** Returns a path for processes inside the namespace. */
  newFolder() {
    const folder = join(this.#folder, String(++this.#folders));
    mkdirSync(this.seen(folder));
    return folder;
  }

  get free() {
    const { bavail, bsize } = statfsSync(this.seen(this.#folder));
    return bavail * bsize;
  }

  /** Fills the disk except for `left` bytes. The disk has pages of 4 KB, and the sandbox may write at the same time. */
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
  const can = ways.some(
    ({ unshare }) => spawnSync('unshare', [...unshare, 'sh', '-c', 'mount -t tmpfs tmpfs /tmp']).status === 0,
  );
  process.exitCode = can ? 0 : 1;
}
