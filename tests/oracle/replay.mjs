// Replays sessions that the native engine has recorded (tripline-oracle record) on the WebAssembly
// module, and compares every result byte for byte: triggered interventions, attributes, deadlines and snapshots.
//
//   tripline-oracle record --steps 20000 --seed 1 | node tests/oracle/replay.mjs

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { bind, eventTime } from '../conformance/bind.mjs';
import { load } from '../conformance/engine.mjs';

const engineFolder = new URL('../../js/dist/engine/', import.meta.url);
const { default: createModule } = await import(new URL('tripline.js', engineFolder));
const module = await createModule({
  wasm: readFileSync(new URL('tripline.wasm', engineFolder)),
});

class Replay {
  constructor(definitions) {
    this.start(definitions);
  }

  start(definitions) {
    this.engine?.release();
    this.definitions = definitions;
    const { engine, report } = load(module, definitions);
    if (engine === null) throw new Error(`refused: ${JSON.stringify(report.diagnostics)}`);
    this.engine = engine;
  }

  /** Runs a step and returns the engine's results, in the form of the recording. */
  answer({ step, answer: recorded }) {
    const answer = {};
    this.engine.hold(step.held);
    if (step.snapshot) {
      const bytes = this.engine.snapshot();
      answer.snapshot = Buffer.from(bytes).toString('hex');
      this.start(step.definitions ? JSON.stringify(step.definitions) : this.definitions);
      this.engine.restore(bytes);
    } else if (step.forget) {
      answer.was_known = this.engine.forget(step.forget);
    } else if (recorded.triggered !== undefined) {
      this.apply(step);
      answer.triggered = this.engine.resultText();
    }
    answer.attributes = recorded.attributes.map(([name, id]) => [name, id, this.engine.attributesText({ name, id })]);
    const deadline = this.engine.nextDeadline();
    answer.next_deadline = deadline === Infinity ? 2 ** 53 : deadline;
    return answer;
  }

  apply({ event, set_attributes: update, advance, now }) {
    if (advance) {
      this.engine.advance(Date.parse(advance));
    } else if (update) {
      this.engine.setAttributes(update, Date.parse(now), Date.parse(update.time));
    } else {
      const values = this.engine.inputs.map((input) => bind(input, event));
      const time = eventTime(event);
      this.engine.process({ id: event.event_id, now: Date.parse(now), time, values });
    }
  }
}

let passed = 0;
let failed = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const session = JSON.parse(line);
  const replay = new Replay(session.definitions);
  const differs = session.steps.findIndex((each) => {
    const answer = replay.answer(each);
    return Object.keys(each.answer).some((part) => JSON.stringify(answer[part]) !== JSON.stringify(each.answer[part]));
  });
  replay.engine.release();
  if (differs < 0) {
    passed += 1;
    continue;
  }
  failed += 1;
  if (failed > 3) continue;
  const steps = session.steps.slice(0, differs + 1);
  console.log(`DIFFERENT at step ${differs}: natively ${JSON.stringify(steps.at(-1).answer)}`);
  const again = new Replay(session.definitions);
  const answers = steps.map((each) => again.answer(each));
  console.log(`  in WebAssembly ${JSON.stringify(answers.at(-1))}`);
  console.log(JSON.stringify({ definitions: JSON.parse(session.definitions), steps: steps.map((each) => each.step) }));
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
