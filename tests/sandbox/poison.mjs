// Preloaded into a sandbox (node --import): makes engines fail on purpose, as a bug in the engine would.
// An event with the page title `TRAP` traps and leaves the module's memory damaged; `THROW` throws before the call of
// the module. A file in the folder `switches` (a parameter) makes the call of its name trap: `advance`, `attributes`, …
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const switches = new URL(import.meta.url).searchParams.get('switches');
const memories = [];
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = async (...args) => {
  const result = await instantiate(...args);
  memories.push(
    ...Object.values((result.instance ?? result).exports).filter((each) => each instanceof WebAssembly.Memory),
  );
  return result;
};

// (module (func (export "trap") unreachable))
const bytes = '0061736d0100000001040160000003020100070801047472617000000a05010300000b';
const { trap } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(bytes, 'hex'))).exports;

function ruin() {
  for (const { buffer } of memories) new Uint8Array(buffer).fill(0xa5);
  trap();
}

const { loadEngine } = await import('../../js/dist/server.js');
const empty = { attribute_keys: [], attribute_groups: [], services: [], interventions: [] };
const engines = Object.getPrototypeOf(Object.getPrototypeOf(await loadEngine({ definitions: empty })));

const { process: count } = engines;
engines.process = function (payload, now) {
  if (payload.page === 'TRAP') ruin();
  if (payload.page === 'THROW') throw new RangeError(`The payload was ${JSON.stringify(payload)}`);
  return count.call(this, payload, now);
};

for (const name of ['advance', 'snapshot', 'restore', 'ask']) {
  const call = engines[name];
  engines[name] = function (...args) {
    if (existsSync(join(switches, name))) ruin();
    return call.apply(this, args);
  };
}
