// Tracker payload → result in Node: how much longer than V8 takes to parse the payload's JSON strings,
// which every evaluator of such events has to do.

import { mean, median } from '../statistics.mjs';
import { check, report } from '../runner.mjs';
import { importEngine, newModule, readSession, tutorial } from './engine.mjs';

const warmUp = 300; // visits
const visits = 1500;

const Engine = await importEngine();
const { engine } = Engine.load(await newModule(), tutorial);
const session = [...readSession('buyer'), ...readSession('looker')];
const text = JSON.stringify(session);

// By step of the session, in ns, so that a pause of the process spoils one of many and not the figure.
const parsing = session.map(() => []);
const deciding = session.map(() => []);
let fired = 0;
for (let visit = 0; visit < warmUp + visits; ++visit) {
  time(parsing, visit, parse);
  time(deciding, visit, (payload) => (fired += engine.process(payload, Number(payload.dtm)).length));
}
check(fired === 6 * (warmUp + visits), `${fired} payloads instead of 6 a visit`);

const bare = parsing.map((times) => median(times) / 1000);
const beyond = deciding.map((times, step) => median(times) / 1000 - bare[step]);
report({
  payload: {
    measured: { p50: median(beyond), mean: mean(beyond) },
    peer: { p50: median(bare), mean: mean(bare) },
  },
});

/** One visit. Every call has strings of its own, as in a page. */
function time(times, visit, work) {
  const visitor = { duid: crypto.randomUUID(), uid: crypto.randomUUID() };
  const payloads = JSON.parse(text).map((payload) => ({ ...payload, ...visitor, eid: crypto.randomUUID() }));
  payloads.forEach((payload, step) => {
    const started = process.hrtime.bigint();
    work(payload);
    const ended = process.hrtime.bigint();
    if (visit >= warmUp) times[step].push(Number(ended - started));
  });
}

function parse({ co, ue_pr }) {
  return [co === undefined || JSON.parse(co), ue_pr === undefined || JSON.parse(ue_pr)];
}
