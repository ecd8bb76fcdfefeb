// Runs Python with the official SDK, which tests/run has installed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const inBuild = (path) => fileURLToPath(new URL(`../../.build/python/${path}`, import.meta.url));
const inScripts = (path) => fileURLToPath(new URL(`python/${path}`, import.meta.url));

const python = inBuild('bin/python');

/** Returns the pinned releases of a file of the folder python/: `0.4.10`. */
export function releasesIn(file) {
  const pins = readFileSync(inScripts(file), 'utf8').matchAll(/^snowplow-signals==(\S+)$/gm);
  return [...pins].map(([, release]) => release);
}

/** The environment of Python in which `release` stands before the newest release of the SDK. */
function environment(release) {
  const folders = release === undefined ? [] : [inBuild(`releases/${release}`)];
  return { ...process.env, PYTHONPATH: [...folders, inScripts('')].join(':') };
}

/** Runs a script of the folder python/, with arguments, until the end of the test. */
export class Script {
  lines = [];
  #process;
  #errors = '';
  #wake = () => {};

  /** `release`: an older release of the SDK. `input`: the standard input. */
  constructor(t, name, args, { release, input = '' } = {}) {
    this.#process = spawn(python, ['-u', inScripts(name), ...args], { env: environment(release) });
    t.after(() => this.#process.kill('SIGKILL'));
    this.#process.stdin.end(input);
    let rest = '';
    this.#process.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      this.lines.push(...lines);
      this.#wake();
    });
    this.#process.stderr.setEncoding('utf8').on('data', (text) => (this.#errors += text));
    this.#process.on('exit', () => this.#wake());
  }

  /** Waits for `count` lines of output. */
  async until(count, milliseconds = 30_000) {
    const deadline = Date.now() + milliseconds;
    while (this.lines.length < count) {
      if (Date.now() >= deadline || this.#process.exitCode !== null)
        throw new Error(`${this.lines.length} of ${count} lines came. ${this.#errors}`);
      await new Promise((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 100);
      });
    }
    return this.lines;
  }

  async end() {
    if (this.#process.exitCode === null) await once(this.#process, 'close');
    if (this.#process.exitCode !== 0) throw new Error(this.#errors);
    return this.lines;
  }
}

/** Runs a program from its source, with `input` as its standard input. */
export async function runText(text, input) {
  const child = spawn(python, ['-c', text], { stdio: ['pipe', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (part) => (output += part));
  child.stderr.on('data', (part) => (errors += part));
  child.stdin.end(input);
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(errors);
  return output;
}
