// Runs one test of a case file, as README.md defines. Depends on no platform: it takes the two modules and returns a
// list of complaints.

import { bind, eventTime } from './bind.mjs';
import { edited } from './edit.mjs';
import { Refusal, load, loadCompiled } from './engine.mjs';

/**
 * Returns the complaints as strings; an empty list if the test passes. `compiler` is the module that compiles
 * definitions, `runtime` the one that reads what the first has compiled. Both must end in the same state, and with a
 * snapshot before each step, each goes on from the other's.
 */
export function runTest({ compiler, runtime }, file, test) {
  const compiling = (definitions, options) => load(compiler, definitions, options);
  const reading = (definitions, options) => loadCompiled({ compiler, runtime }, definitions, options);
  const inCompiler = new Run([compiling], file, test);
  const inRuntime = new Run([reading], file, test);
  const complaints = [...inCompiler.complaints, ...inRuntime.complaints.map((each) => `in the runtime: ${each}`)];
  if (!equal(inCompiler.lastSnapshot, inRuntime.lastSnapshot)) complaints.push('the two modules end in other states');
  if (test.as_written_only) return complaints;
  const byTurns = new Run([compiling, reading], file, test, { snapshotBeforeEachStep: true });
  return [...complaints, ...byTurns.complaints.map((each) => `with a snapshot before each step: ${each}`)];
}

class Run {
  complaints = [];
  lastSnapshot = [];
  #loaders;
  #test;
  #eventDefaults;
  #definitions;
  #engine = null;
  #clock = -Infinity;
  #eventsNumbered = 0;
  #labels = new Map();

  /** `loaders`: functions that load definitions; each new engine comes from the next one of them. */
  constructor(loaders, file, test, { snapshotBeforeEachStep = false } = {}) {
    this.#loaders = [...loaders];
    this.#test = test;
    this.#eventDefaults = file.event_defaults ?? {};
    this.#definitions = edited(test.definitions ?? file.definitions, test);
    try {
      this.#load();
      for (const [index, step] of (test.steps ?? []).entries()) {
        if (this.#engine === null) break;
        if (snapshotBeforeEachStep) this.#throughSnapshot();
        this.#within(`step ${index + 1}`, () => this.#run(step));
      }
      this.lastSnapshot = [...(this.#engine?.snapshot() ?? [])];
    } catch (error) {
      this.complaints.push(String(error));
    } finally {
      this.#engine?.release();
    }
  }

  #within(where, action) {
    const before = this.complaints.length;
    try {
      action();
    } catch (error) {
      error.message = `${where}: ${error.message}`;
      throw error;
    }
    for (let i = before; i < this.complaints.length; ++i) {
      this.complaints[i] = `${where}: ${this.complaints[i]}`;
    }
  }

  #expectEqual(what, actual, expected) {
    if (!equal(actual, expected)) {
      this.complaints.push(`${what} should be ${JSON.stringify(expected)}, but is ${JSON.stringify(actual)}`);
    }
  }

  #load() {
    const report = this.#newEngine();
    this.#checkDiagnostics(report);
    if (this.#test.inputs) {
      this.#expectEqual('the list of inputs', sorted(report.inputs), sorted(this.#test.inputs));
    }
    if (this.#engine === null && this.#test.steps) this.complaints.push('the definitions did not load');
  }

  /** Returns the report. */
  #newEngine() {
    const loader = this.#loaders.shift();
    this.#loaders.push(loader);
    const { report, engine } = loader(this.#definitions, this.#test.options);
    this.#engine = engine;
    return report;
  }

  #checkDiagnostics({ diagnostics }) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    this.#expectEqual('whether there is an engine', this.#engine !== null, errors.length === 0);
    const left = [...(this.#test.diagnostics ? diagnostics : errors)];
    for (const expected of this.#test.diagnostics ?? []) {
      const index = left.findIndex((actual) => isDiagnostic(actual, expected));
      if (index >= 0) left.splice(index, 1);
      else this.complaints.push(`no diagnostic like ${JSON.stringify(expected)}`);
    }
    for (const each of left) this.complaints.push(`unexpected: ${JSON.stringify(each)}`);
  }

  #run(step) {
    this.#engine.hold(step.held);
    if (step.event) return this.#runEvents(step);
    if (step.advance) return this.#runAdvance(step);
    if (step.set_attributes) return this.#runSetAttributes(step);
    if (step.rebase) return this.#runRebase(step);
    if (step.forget) return this.#runForget(step);
    if ('next_deadline' in step) return this.#runNextDeadline(step);
    if (step.attributes) return this.#runAttributes(step);
    if (step.snapshot) return this.#throughSnapshot(step);
    if (step.new_engine) return this.#startAfresh();
    throw new Error(`a step of no known kind: ${JSON.stringify(step)}`);
  }

  #runEvents(step) {
    for (let left = step.repeat ?? 1; left > 0; --left) {
      const event = { ...this.#eventDefaults, ...step.event };
      const time = eventTime(event);
      const triggered = this.#engine.process({
        id: event.event_id ?? this.#nextEventId(),
        now: this.#tick(step.now, time),
        time,
        values: this.#engine.inputs.map((input) => bind(input, event)),
      });
      this.#checkTriggered(triggered, left === 1 ? step.expect : []);
    }
  }

  #runAdvance(step) {
    this.#checkTriggered(this.#engine.advance(this.#tick(step.advance)), step.expect);
  }

  #runSetAttributes(step) {
    const time = Date.parse(step.set_attributes.time);
    const now = this.#tick(step.now, time);
    let triggered = [];
    let refusal = '';
    try {
      triggered = this.#engine.setAttributes(step.set_attributes, now, time);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal = error.message;
    }
    this.#expectEqual('"set_attributes is refused"', refusal !== '', step.refused ?? false);
    this.#checkTriggered(triggered, step.expect);
  }

  #runRebase(step) {
    this.#clock = Date.parse(step.rebase);
    this.#engine.rebase(this.#clock);
    this.#expectEqual("the engine's clock", this.#engine.clock(), this.#clock);
  }

  #runForget(step) {
    const wasKnown = this.#engine.forget(step.forget);
    this.#expectEqual('"something was known of the id"', wasKnown, !step.unknown);
  }

  #runNextDeadline(step) {
    const deadline = this.#engine.nextDeadline();
    const latest = step.next_deadline === null ? Infinity : Date.parse(step.next_deadline);
    const inTime = latest === Infinity ? deadline === Infinity : deadline <= latest;
    if (!inTime || (!step.held && deadline <= this.#engine.clock())) {
      this.complaints.push(
        `the next deadline should be after the clock and ${step.next_deadline ?? 'none'}` +
          ` at the latest, but is ${instantText(deadline)}`,
      );
    }
  }

  #runAttributes(step) {
    this.#checkTriggered(this.#engine.advance(this.#tick(step.now)), []);
    const answer = this.#engine.attributes(step.attributes);
    this.#expectEqual('the answer', answer, step.expect);
  }

  #throughSnapshot(step = {}) {
    const bytes = this.#engine.snapshot();
    this.#definitions = edited(step.definitions ?? this.#definitions, step);
    this.#renewEngine();
    this.#engine.restore(bytes);
  }

  #startAfresh() {
    this.#renewEngine();
    this.#clock = -Infinity;
  }

  #renewEngine() {
    this.#engine.release();
    this.#newEngine();
    if (this.#engine === null) throw new Error('the definitions did not load');
  }

  #nextEventId() {
    this.#eventsNumbered += 1;
    return `00000000-0000-4000-8000-${String(this.#eventsNumbered).padStart(12, '0')}`;
  }

  // Returns the host's clock at a step: its `now`, else the step's own time, but never before an
  // earlier instant.
  #tick(told, time = NaN) {
    const now = told ? Date.parse(told) : Math.max(this.#clock, Number.isNaN(time) ? -Infinity : time);
    if (!Number.isFinite(now)) throw new Error('the step needs "now": nothing has a time yet');
    this.#clock = Math.max(this.#clock, now);
    return now;
  }

  #checkTriggered(triggered, expected = []) {
    const shown = triggered.map((intervention, index) => itemOf(intervention, expected[index]));
    this.#expectEqual(
      'what is triggered',
      shown,
      expected.map(({ id_label: _label, ...rest }) => ({ version: 1, ...rest })),
    );
    this.#checkIds(triggered, expected);
    for (const [index, { id_label }] of expected.entries()) {
      if (id_label && triggered[index]) this.#checkLabel(id_label, triggered[index].intervention_id);
    }
  }

  #checkIds(triggered, expected) {
    const idOfIntervention = new Map();
    for (const [index, { intervention_id, name, version, triggered_at }] of triggered.entries()) {
      if (!uuidVersion8.test(intervention_id)) {
        this.complaints.push(`${intervention_id} is not a UUID of version 8`);
      }
      if (!instant.test(triggered_at)) this.complaints.push(`${triggered_at} is not an instant`);
      const intervention = `${name} ${version} ${expected[index]?.id_label ?? ''}`;
      const known = idOfIntervention.get(intervention) ?? intervention_id;
      this.#expectEqual(`intervention_id of ${name}`, intervention_id, known);
      idOfIntervention.set(intervention, intervention_id);
    }
    this.#expectEqual('the count of different ids', new Set(idOfIntervention.values()).size, idOfIntervention.size);
  }

  #checkLabel(label, id) {
    for (const [otherLabel, otherId] of this.#labels) {
      this.#expectEqual(`"id ${label} is id ${otherLabel}"`, id === otherId, label === otherLabel);
    }
    this.#labels.set(label, id);
  }
}

const uuidVersion8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

// Converts a triggered intervention to the form of an item of "expect", with only the optional fields that the item has.
function itemOf(intervention, expected = {}) {
  const shown = {
    version: intervention.version,
    name: intervention.name,
    target: intervention.target_attribute_key,
  };
  if (expected.attributes) shown.attributes = intervention.attributes;
  if (expected.triggered_at) shown.triggered_at = intervention.triggered_at;
  return shown;
}

function instantText(time) {
  return time === Infinity ? 'none' : new Date(time).toISOString();
}

function isDiagnostic(actual, expected) {
  const message = actual.message.toLowerCase();
  return (
    actual.severity === expected.severity &&
    actual.pointer === expected.pointer &&
    [expected.says ?? []].flat().every((text) => message.includes(text.toLowerCase()))
  );
}

function sorted(inputs) {
  const text = (input) => JSON.stringify(Object.entries(input).sort());
  return [...inputs].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

function equal(a, b) {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}
