// Runs Python with the official SDK, which tests/run has installed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const python = fileURLToPath(new URL('../../.build/python/bin/python', import.meta.url));

/** Runs a script of the folder python/, with arguments, until the end of the test. */
export class Script {
  lines = [];
  #process;
  #errors = '';
  #wake = () => {};

  constructor(t, name, ...args) {
    this.#process = spawn(python, ['-u', fileURLToPath(new URL(`python/${name}`, import.meta.url)), ...args]);
    t.after(() => this.#process.kill('SIGKILL'));
    this.#process.stdin.end();
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
