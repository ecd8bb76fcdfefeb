// The cost of updates of one attribute among 20, with 10 to 10,000 interventions.

import { newModule } from '../node/engine.mjs';
import { check, report, say } from '../runner.mjs';
import { mean, median, slope } from '../statistics.mjs';
import { IncrementalEvaluator } from './incremental.mjs';
import { peers, WholeEvaluator } from './peers.mjs';
import { makeRules, stand, startValues, walk } from './rules.mjs';
import { TriplineEvaluator } from './tripline.mjs';

const counts = [10, 100, 1000, 10_000];
const typicalStep = 20_000; // cells; flips about ten conditions of 1,000 interventions
const passes = 60;
const together = 20; // updates timed as one: a clock's call costs as much as some updates

const module = await newModule();
const rules = new Map(counts.map((count) => [count, makeRules(count)]));
const tripline = new Map(counts.map((count) => [count, new TriplineEvaluator(module, rules.get(count), startValues)]));
const incremental = new Map(counts.map((count) => [count, new IncrementalEvaluator(rules.get(count), startValues)]));
const withName = (numbers) =>
  Object.fromEntries([...numbers].map(([count, number]) => [count.toLocaleString('en'), number]));

say('comparing edges');
for (const count of counts) compareEdges(count);

say('updates that flip nothing');
const standing = stand(1980);
const nothing = interleaved(counts, (count) => timeOf(tripline.get(count), standing));
const nothingByHand = interleaved(counts, (count) => timeOf(incremental.get(count), standing));

say('updates that flip something');
const perFlip = perFlippedCondition(tripline);
const perFlipByHand = perFlippedCondition(incremental);
const typical = walk(1980, typicalStep);
const ours = interleaved(counts, (count) => timeOf(tripline.get(count), typical));
const byHand = interleaved(counts, (count) => timeOf(incremental.get(count), typical));

const rows = {
  'no-flip': {
    measured: withName(nothing),
    peer: { 10: nothing.get(10) },
    ratio: nothing.get(10_000) / nothing.get(10),
    by_hand: withName(nothingByHand),
  },
  flip: { measured: { 'per condition': perFlip }, peer: { 'per condition': perFlipByHand } },
  update: {
    measured: { median: ours.get(1000) },
    peer: { median: byHand.get(1000) },
    by_count: { tripline: withName(ours), by_hand: withName(byHand) },
  },
};
for (const [name, build] of Object.entries(peers)) {
  say(name);
  const evaluator = new WholeEvaluator(await build(rules.get(1000)), startValues);
  await evaluator.start();
  const time = await timeOfPeer(evaluator, new IncrementalEvaluator(rules.get(1000), startValues));
  rows[name] = { measured: { median: ours.get(1000) }, peer: { median: time } };
}
report(rows);

/** Both begin at the start and are there again at the end. */
function compareEdges(count) {
  const engine = tripline.get(count);
  const twin = incremental.get(count);
  let edges = 0;
  walk(400, typicalStep).forEach(([attribute, value], index) => {
    const expected = twin.update(attribute, value).sort((a, b) => a - b);
    const actual = engine.edges(attribute, value, `target ${index}`);
    check(String(actual) === String(expected), `edges of ${count} interventions: ${actual} instead of ${expected}`);
    edges += actual.length;
  });
  check(count < 100 || edges > 0, `no edge of ${count} interventions`);
  engine.setTarget('the only one');
}

/** Runs them in turns, so that none has a quieter machine; the median of each one's passes, in µs. */
function interleaved(counts, timeOnce) {
  const times = new Map(counts.map((count) => [count, []]));
  for (const count of counts) timeOnce(count); // everything that will ever be sent is sent now
  for (let pass = 0; pass < passes; ++pass) for (const count of counts) times.get(count).push(...timeOnce(count));
  return new Map(counts.map((count) => [count, median(times.get(count))]));
}

/** One pass over the updates: µs per update, in groups of `together`. */
function timeOf(evaluator, updates) {
  const times = [];
  for (let first = 0; first + together <= updates.length; first += together) {
    const started = process.hrtime.bigint();
    for (let i = first; i < first + together; ++i) evaluator.update(updates[i][0], updates[i][1]);
    times.push(Number(process.hrtime.bigint() - started) / 1000 / together);
  }
  return times;
}

/** With 10,000 interventions: how the time of an update grows with the conditions that it flips. */
function perFlippedCondition(evaluators) {
  const points = [50, 200, 800, 3200].map((most) => {
    const updates = walk(980, most);
    const twin = new IncrementalEvaluator(rules.get(10_000), startValues);
    const flips = updates.reduce((sum, [attribute, value]) => {
      twin.update(attribute, value);
      return sum + twin.flippedConditions;
    }, 0);
    const evaluator = evaluators.get(10_000);
    timeOf(evaluator, updates);
    const passes = Array.from({ length: 15 }, () => timeOf(evaluator, updates));
    // Each group's median, so that a pause spoils one of its passes and not the sum.
    return [flips / updates.length, mean(passes[0].map((_, group) => median(passes.map((pass) => pass[group]))))];
  });
  return slope(points);
}

async function timeOfPeer(evaluator, twin) {
  const times = [];
  for (const [attribute, value] of walk(100, typicalStep)) {
    const started = process.hrtime.bigint();
    const fired = await evaluator.update(attribute, value);
    times.push(Number(process.hrtime.bigint() - started) / 1000);
    const expected = twin.update(attribute, value).sort((a, b) => a - b);
    check(String(fired) === String(expected), `${fired} became true instead of ${expected}`);
  }
  return median(times);
}
