// The engine over the same rules. An update is an event with one property, which the attribute of the
// same number keeps as its last value; the event's other values stay in the buffer from call to call.

import { load } from '../../conformance/engine.mjs';
import { attributeCount } from './rules.mjs';

const schema = { vendor: 'com.example', name: 'numbers', version: '1-0-0' };
const property = (path) => ({ type: 'event', vendor: schema.vendor, name: schema.name, major_version: 1, path });
const attributeKey = { name: 'domain_userid', key: 'domain_userid' };
const target = { name: 'user_id', key: 'user_id' };

function definitionsOf(rules) {
  return {
    attribute_keys: [attributeKey, target],
    attribute_groups: [
      {
        name: 'n',
        version: 1,
        attribute_key: attributeKey,
        attributes: Array.from({ length: attributeCount }, (_, attribute) => ({
          name: `a${attribute}`,
          type: 'double',
          aggregation: 'last',
          events: [schema],
          property: property(`p${attribute}`),
        })),
      },
    ],
    interventions: rules.map((rule, index) => ({
      name: `i${index}`,
      version: 1,
      criteria: Object.fromEntries(Object.entries(rule).map(([kind, conditions]) => [kind, conditions.map(criterion)])),
      target_attribute_keys: [{ name: target.name }],
    })),
  };
}

const criterion = ({ attribute, operator, threshold }) => ({ attribute: `n:a${attribute}`, operator, value: threshold });

export class TriplineEvaluator {
  constructor(module, rules, values) {
    const { report, engine } = load(module, definitionsOf(rules), { sent_marks: 1_000_000 });
    if (engine === null) throw new Error(`The definitions have errors: ${JSON.stringify(report.diagnostics.slice(0, 3))}`);
    this.module = module;
    this.engine = engine;
    this.handle = report.handle;
    this.layout = JSON.parse(module.layout());
    this.inputs = report.inputs;
    this.slots = Array.from({ length: attributeCount }, (_, attribute) =>
      this.inputs.findIndex(({ path }) => path?.[0] === `p${attribute}`));
    this.setTarget('the only one');
    values.forEach((value, attribute) => this.update(attribute, value));
  }

  /** Whom interventions are for from now on. What was sent to another is not sent to this one. */
  setTarget(id) {
    const atomic = {
      event_vendor: schema.vendor, event_name: schema.name, event_version: schema.version,
      domain_userid: 'the visitor', user_id: id,
    };
    const values = this.inputs.map((input) => (input.kind === 'atomic' ? atomic[input.name] : undefined));
    // Leaves the event in the buffer; without a property it changes nothing. Without an id, none is a duplicate.
    this.engine.process({ id: undefined, now: 1, time: NaN, values });
    this.#look();
    this.previous = 0;
  }

  /** How many payloads it sent. */
  update(attribute, value) {
    if (this.view.buffer !== this.module.HEAPU8.buffer) this.#look(); // the memory has grown
    this.view.setUint32(this.#slot(this.slots[this.previous]), this.layout.tag_missing, true);
    const slot = this.#slot(this.slots[attribute]);
    this.view.setUint32(slot, this.layout.tag_number, true);
    this.view.setFloat64(slot + this.layout.slot_number, value, true);
    this.previous = attribute;
    return this.module._tripline_process(this.handle);
  }

  /** The interventions that an update made true, whatever was sent before. */
  edges(attribute, value, newTarget) {
    this.setTarget(newTarget);
    if (this.update(attribute, value) === 0) return [];
    const start = this.module._tripline_result();
    const text = this.module.HEAPU8.slice(start, start + this.module._tripline_result_size());
    return JSON.parse(new TextDecoder().decode(text)).map(({ name }) => Number(name.slice(1)));
  }

  close() {
    this.engine.release();
  }

  #look() {
    this.start = this.module._tripline_buffer(0);
    this.view = new DataView(this.module.HEAPU8.buffer);
  }

  #slot(input) {
    return this.start + this.layout.header_bytes + this.layout.slot_bytes * (1 + input);
  }
}
