// Puts load on a sandbox: many subscribers, many events a second, each of which fires a `changed` intervention for one of
// the subscribers. Prints how long that takes from the request's first byte to the subscriber, what was lost, and memory.
// The status is 1 if anything was lost or came twice.
//
//   node tests/bench/sandbox/load.mjs [--subscribers 1000] [--rate 200] [--seconds 60]
//
// Build first: .setup/build wasm js shop. Sandbox and generator share the machine, which the times include.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { payloadData, request, Sandbox } from '../../sandbox/sandbox.mjs';

const { values } = parseArgs({
  options: {
    subscribers: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
  },
});
const [subscribers, rate, seconds] = [values.subscribers, values.rate, values.seconds].map(Number);

const definitions = {
  attribute_groups: [
    {
      name: 'pages',
      version: 1,
      attribute_key: { name: 'domain_userid' },
      attributes: [
        { name: 'last', type: 'string', aggregation: 'last', property: { type: 'atomic', name: 'page_title' } },
      ],
      is_published: true,
    },
  ],
  interventions: [
    {
      name: 'seen',
      version: 1,
      criteria: { attribute: 'pages:last', operator: 'changed' },
      target_attribute_keys: [{ name: 'domain_userid' }],
      is_published: true,
    },
  ],
};

const endings = [];
const sandbox = await Sandbox.start({ after: (end) => endings.push(end) });
try {
  await sandbox.publish(definitions);
  const visitors = Array.from({ length: subscribers }, () => randomUUID());
  const latencies = [];
  const sentAt = [];
  const receivedTimes = [];
  const onTitle = (number) => {
    receivedTimes[number] = (receivedTimes[number] ?? 0) + 1;
    latencies.push(performance.now() - sentAt[number]);
  };
  for (const visitor of visitors) await listen(visitor, onTitle);
  const before = memory();
  const worked = processorTime();

  const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
  const count = rate * seconds;
  let [acknowledged, failed, peak] = [0, 0, before.resident];
  const start = performance.now();
  const answers = [];
  for (let number = 0; number < count; ++number) {
    const wait = start + (number * 1000) / rate - performance.now();
    if (wait > 1) await sleep(wait);
    sentAt[number] = performance.now();
    answers.push(send(agent, visitors[number % subscribers], number).then((ok) => (ok ? ++acknowledged : ++failed)));
    if (number % rate === 0) peak = Math.max(peak, memory().resident);
  }
  await Promise.all(answers);
  const took = (performance.now() - start) / 1000;
  await sleep(500);
  const after = memory();
  const work = (processorTime() - worked) / count;

  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))]?.toFixed(1);
  const lost = Array.from({ length: count }, (_, number) => receivedTimes[number] ?? 0).filter(
    (times) => times === 0,
  ).length;
  const twice = receivedTimes.filter((times) => times > 1).length;
  console.log(`subscribers      ${subscribers}
events           ${count} in ${took.toFixed(1)} s (${(count / took).toFixed(0)}/s), ${acknowledged} acknowledged, ${failed} failed
request → client p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, highest ${at(1)} ms
interventions    ${latencies.length} received, ${lost} lost, ${twice} twice
processor time   ${work.toFixed(2)} ms of the sandbox's own for each event
memory           ${before.resident} MB with all subscribers, ${peak} MB at the most, ${after.resident} MB at the end`);
  process.exitCode = lost + twice + failed === 0 ? 0 : 1;
} finally {
  for (const end of endings) await end();
  process.exit();
}

/** A subscriber that tells the number in each intervention's attribute. */
async function listen(visitor, onNumber) {
  const response = await request(sandbox.port, 'GET', `/api/v1/interventions?domain_userid=${visitor}`, {
    Accept: 'text/event-stream',
  });
  if (response.statusCode !== 200) throw new Error(`A subscriber was refused: ${response.statusCode}`);
  response.setEncoding('utf8');
  response.on('data', (text) => {
    for (const [, number] of text.matchAll(/"pages:last":"(\d+)"/g)) onNumber(Number(number));
  });
}

function send(agent, visitor, number) {
  const body = JSON.stringify(
    payloadData([{ e: 'pv', duid: visitor, eid: randomUUID(), dtm: String(Date.now()), page: String(number) }]),
  );
  return new Promise((resolve) => {
    const sent = http.request(
      {
        port: sandbox.port,
        host: 'localhost',
        agent,
        method: 'POST',
        path: '/com.snowplowanalytics.snowplow/tp2',
        headers: { 'Content-Type': 'application/json' },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode === 200));
      },
    );
    sent.on('error', () => resolve(false));
    sent.end(body);
  });
}

/** Returns the processor time of the sandbox (ms). Linux counts it in hundredths of a second. */
function processorTime() {
  const fields = readFileSync(`/proc/${sandbox.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** MB of the sandbox's process. */
function memory() {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${sandbox.pid}/status`, 'utf8'));
  return { resident: Math.round(Number(kilobytes) / 1024) };
}
