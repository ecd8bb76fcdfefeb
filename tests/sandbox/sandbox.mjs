// Starts a sandbox process, as users do, and calls it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { open } = createRequire(new URL('../../demo-shop/sandbox/package.json', import.meta.url))('lmdb');
const main = fileURLToPath(new URL('../../demo-shop/sandbox/dist/main.js', import.meta.url));
const samples = new URL('../samples/', import.meta.url);

/** The tutorial's definitions, with each object in the form that the Python SDK sends. */
export const tutorial = JSON.parse(readFileSync(new URL('ecom_bundle.json', samples), 'utf8'));

export class Sandbox {
  /** The sandbox's standard output and error. */
  log = '';
  /** Options of Node for the next start. */
  nodeOptions = [];
  #folder;
  #disk;
  #process;
  #port = 0;

  /** Starts a sandbox with `options` of the command line. It ends with the test `t`. */
  static async start(t, ...options) {
    const sandbox = Sandbox.prepare(t);
    await sandbox.start(...options);
    return sandbox;
  }

  /** Makes a sandbox without starting it, on its own disk (disk.mjs) or in a new folder. */
  static prepare(t, disk) {
    const sandbox = new Sandbox(disk);
    t.after(() => sandbox.#remove());
    return sandbox;
  }

  constructor(disk) {
    this.#disk = disk;
    this.#folder = disk?.newFolder() ?? mkdtempSync(join(tmpdir(), 'sandbox-'));
  }

  /** The sandbox's folder, by its path for other processes. */
  get folder() {
    return this.#disk?.seen(this.#folder) ?? this.#folder;
  }

  get url() {
    return `http://localhost:${this.#port}`;
  }

  get port() {
    return this.#port;
  }

  get pid() {
    return this.#process.pid;
  }

  /** Starts the sandbox, at the former port if it ran before, in the same folder. */
  async start(...options) {
    const args = [...this.nodeOptions, main, '--data', this.#folder, '--port', String(this.#port), ...options];
    const [program, ...rest] = [...(this.#disk?.launcher ?? []), process.execPath, ...args];
    this.#process = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.log = '';
    this.#port = Number(await this.#greeting());
    this.token = readFileOrUndefined(join(this.folder, 'token'));
  }

  /** Returns the port, after the last line that the sandbox prints at its start. */
  #greeting() {
    return new Promise((resolve, reject) => {
      const read = (text) => {
        this.log += text;
        const [, port] = /http:\/\/localhost:(\d+)\/[^]*sandbox_token=".*"\)/.exec(this.log) ?? [];
        if (port !== undefined) resolve(port);
      };
      this.#process.stdout.on('data', read);
      this.#process.stderr.on('data', read);
      this.#process.once('close', (status, signal) => {
        reject(Object.assign(new Error(`The sandbox did not start: ${this.log}`), { status, signal }));
      });
    });
  }

  /** Ends the process as a crash does. */
  async kill(signal = 'SIGKILL') {
    if (this.#process === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill(signal);
    await exit;
  }

  /** Returns {status, headers, text, json}. Sends an object as JSON, and a string unchanged. */
  async call(method, path, body, headers = {}) {
    const text = typeof body === 'object' ? JSON.stringify(body) : body;
    const type = typeof body === 'object' ? { 'Content-Type': 'application/json' } : {};
    const response = await request(
      this.#port,
      method,
      path,
      { Authorization: `Bearer ${this.token}`, ...type, ...headers },
      text,
    );
    const answer = await readAll(response);
    return { status: response.statusCode, headers: response.headers, text: answer, json: parse(answer) };
  }

  /** Returns the JSON of the response. Throws unless its status is 200. */
  async ask(method, path, body, headers) {
    const answer = await this.call(method, path, body, headers);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  async publish(bundle = tutorial) {
    for (const type of ['attribute_keys', 'attribute_groups', 'services', 'interventions']) {
      for (const object of bundle[type] ?? []) await this.ask('POST', `/api/v1/registry/${type}/`, object);
    }
  }

  /** Sends events to the collector in one request. */
  track(...payloads) {
    return this.call('POST', '/com.snowplowanalytics.snowplow/tp2', payloadData(payloads));
  }

  async subscribe(query, headers = {}) {
    const response = await request(this.#port, 'GET', `/api/v1/interventions?${query}`, {
      Accept: 'text/event-stream',
      ...headers,
    });
    return new Subscription(response);
  }

  async #remove() {
    await this.kill('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Changes the definition objects in the folder of a stopped sandbox. */
export async function changeObjects(folder, change) {
  const store = open({ path: join(folder, 'state') });
  const state = store.openDB({ name: 'state', encoding: 'binary' });
  await state.put('objects', Buffer.from(JSON.stringify(change(JSON.parse(state.get('objects').toString())))));
  await store.close();
}

/** Changes the inputs in the folder of a killed sandbox, and returns how many differ from before. */
export async function changeInputs(folder, change) {
  const store = open({ path: join(folder, 'state') });
  const inputs = store.openDB({ name: 'inputs', encoding: 'json' });
  let count = 0;
  for (const { key, value } of [...inputs.getRange()]) {
    const changed = change(value);
    if (JSON.stringify(changed) === JSON.stringify(value)) continue;
    await inputs.put(key, changed);
    ++count;
  }
  await store.close();
  return count;
}

/** Returns the content of a stopped sandbox's folder: inputs, dead letters, interventions, the state and event logs. */
export async function storedText(folder) {
  const store = open({ path: join(folder, 'state') });
  const tables = ['inputs', 'letters', 'outbox'].map((name) => store.openDB({ name, encoding: 'json' }));
  const values = tables.flatMap((table) => [...table.getRange()].map(({ value }) => JSON.stringify(value)));
  const state = store.openDB({ name: 'state', encoding: 'binary' });
  const parts = ['engine', 'event_logs'].map((name) => state.get(name).toString('latin1'));
  await store.close();
  return [...values, ...parts].join('\n');
}

/** A stream of server-sent events, read in the strictest way of all clients. */
export class Subscription {
  received = [];
  ids = [];
  /** The last id of the stream, which a browser sends as Last-Event-ID; may come without an intervention. */
  lastId;
  comments = 0;
  ended = false;
  #response;
  #rest = '';
  #wake = () => {};

  constructor(response) {
    this.#response = response;
    this.status = response.statusCode;
    this.headers = response.headers;
    response.setEncoding('utf8');
    response.on('data', (text) => this.#read(text));
    response.on('error', () => {});
    response.on('close', () => {
      this.ended = true;
      this.#wake();
    });
  }

  /** Waits until `count` interventions have arrived. */
  async until(count, milliseconds = 5000) {
    await this.#waitFor(
      () => this.received.length >= count,
      milliseconds,
      () => `${this.received.length} of ${count} interventions came`,
    );
    return this.received;
  }

  async end(milliseconds = 5000) {
    await this.#waitFor(
      () => this.ended,
      milliseconds,
      () => 'the stream did not end',
    );
  }

  names() {
    return this.received.map(({ name }) => name);
  }

  pause() {
    this.#response.pause();
  }

  close() {
    this.#response.destroy();
  }

  #read(text) {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith('data: ')) {
        this.received.push(JSON.parse(line.slice(6)));
        this.ids.push(this.lastId);
      }
      if (line.startsWith('id: ')) this.lastId = line.slice(4);
      if (line.startsWith(':')) ++this.comments;
    }
    this.#wake();
  }

  async #waitFor(isDone, milliseconds, problem) {
    const deadline = Date.now() + milliseconds;
    while (!isDone()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(problem());
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

export function request(port, method, path, headers = {}, body) {
  return new Promise((resolve, reject) => {
    const sent = http.request({ port, host: 'localhost', method, path, headers, agent: false }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

export async function readAll(response) {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response) text += part;
  return text;
}

export function payloadData(payloads) {
  return { schema: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4', data: payloads };
}

// ---- visits --------------------------------------------------------------------------------------

const visits = readFileSync(new URL('aftertrack.ndjson', samples), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** Returns an event of the shop in the tracker's form, for one visitor: `product_view`, `add_to_cart`, … */
export function event(type, visitor, changes = {}) {
  const { uid: _, ...payload } = visits.find(({ ue_pr }) => String(ue_pr).includes(`"type":"${type}"`));
  const texts = Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));
  const now = String(Date.now());
  return {
    ...texts,
    duid: visitor,
    sid: crypto.randomUUID(),
    eid: crypto.randomUUID(),
    dtm: now,
    stm: now,
    ...changes,
  };
}

/** Returns the event of adding a product of this price to the cart. */
export function addToCart(visitor, price) {
  const { co, ...rest } = event('add_to_cart', visitor);
  return { ...rest, co: co.replace('"price":24.49', `"price":${price}`) };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readFileOrUndefined(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
