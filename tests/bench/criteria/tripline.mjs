// The engine over the same rules. The attributes are fields of an external group, and an update is a
// call of set_attributes with one of them: what the criteria cost without the event around them.

import { load } from '../../conformance/engine.mjs';
import { layout } from '../../conformance/layout.mjs';
import { attributeCount } from './rules.mjs';

const attributeKey = { name: 'domain_userid', key: 'domain_userid' };
const target = { name: 'user_id', key: 'user_id' };
const visitor = 'the visitor';
const spare = 'spare'; // no criterion reads it

function definitionsOf(rules) {
  return {
    attribute_keys: [attributeKey, target],
    attribute_groups: [
      {
        name: 'n',
        version: 1,
        attribute_key: attributeKey,
        offline: true,
        fields: [...Array.from({ length: attributeCount }, (_, attribute) => `a${attribute}`), spare].map((name) => ({
          name,
          type: 'double',
        })),
        batch_source: { name: 'numbers', database: 'd', schema: 's', table: 't', timestamp_field: 'at' },
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

const criterion = ({ attribute, operator, threshold }) => ({
  attribute: `n:a${attribute}`,
  operator,
  value: threshold,
});

export class TriplineEvaluator {
  constructor(module, rules, values) {
    const { report, engine } = load(module, definitionsOf(rules), { sent_marks: 1_000_000 });
    if (engine === null)
      throw new Error(`The definitions have errors: ${JSON.stringify(report.diagnostics.slice(0, 3))}`);
    this.module = module;
    this.engine = engine;
    this.handle = engine.handle;
    this.inputs = report.inputs;
    this.attributes = values.map(
      (_, attribute) => report.fields.find(({ name }) => name === `a${attribute}`).attribute,
    );
    this.setTarget('the only one');
    values.forEach((value, attribute) => this.update(attribute, value));
  }

  /** Sets the user that interventions are for. Each user has its own marks of what was sent. */
  setTarget(id) {
    // Attribute updates are evaluated under the ids of the last event. Without an id, none is a duplicate.
    const ids = { domain_userid: visitor, user_id: id };
    const values = this.inputs.map((input) => (input.kind === 'atomic' ? ids[input.name] : undefined));
    this.engine.process({ id: undefined, now: 1, time: NaN, values });
    this.#prepareUpdate();
  }

  /** Returns how many interventions it triggered. */
  update(attribute, value) {
    if (this.bytes.length === 0) this.#look(); // the memory has grown
    this.view.setFloat64(this.numberAt, this.attributes[attribute], true);
    this.view.setFloat64(this.valueAt, value, true);
    return this.module.setAttributes(this.handle);
  }

  /** The interventions that an update made true, whatever was sent before. */
  edges(attribute, value, newTarget) {
    this.setTarget(newTarget);
    if (this.update(attribute, value) === 0) return [];
    return JSON.parse(this.engine.resultText()).map(({ name }) => Number(name.slice(1)));
  }

  close() {
    this.engine.release();
  }

  /** Leaves an attribute update in the buffer, of which update() changes two numbers. */
  #prepareUpdate() {
    this.engine.setAttributes(
      { attribute_key: { ...attributeKey, id: visitor }, group: 'n', attributes: { [spare]: 0 } },
      1,
      NaN,
    );
    this.#look();
  }

  #look() {
    const { header_bytes, slot_bytes, slot_number } = layout;
    const start = this.module.buffer(0);
    this.bytes = new Uint8Array(this.module.memory.buffer);
    this.view = new DataView(this.bytes.buffer);
    // After the id and the name of the key: the attribute's number, and its value.
    this.numberAt = start + header_bytes + slot_bytes * 2 + slot_number;
    this.valueAt = start + header_bytes + slot_bytes * 3 + slot_number;
  }
}
