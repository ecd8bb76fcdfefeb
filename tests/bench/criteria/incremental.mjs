// The peer of the engine's criteria: what a good JavaScript programmer would write by hand for exactly
// these rules. Every attribute has its conditions sorted by threshold and knows how many lie below its
// value; an update walks over the conditions between the old and the new value, and each rule counts
// how many of its conditions hold.

import { attributeCount } from './rules.mjs';

export class IncrementalEvaluator {
  /** The number of conditions that the last update flipped. */
  flippedConditions = 0;

  constructor(rules, values) {
    this.needed = Uint8Array.from(rules, (rule) => (rule.all ? 2 : 1));
    this.holding = new Uint8Array(rules.length);
    this.touched = new Uint32Array(rules.length);
    this.isTouched = new Uint8Array(rules.length);
    this.heldBefore = new Uint8Array(rules.length);
    this.position = new Uint32Array(attributeCount);
    this.conditions = Array.from({ length: attributeCount }, () => []);
    rules.forEach((rule, index) => {
      for (const { attribute, operator, threshold } of rule.all ?? rule.any) {
        this.conditions[attribute].push({ rule: index, rises: operator.startsWith('>'), threshold });
      }
    });
    this.thresholds = this.conditions.map((list) => {
      list.sort((a, b) => a.threshold - b.threshold);
      return Float64Array.from(list, ({ threshold }) => threshold);
    });
    this.rulesOf = this.conditions.map((list) => Uint32Array.from(list, ({ rule }) => rule));
    this.risesOf = this.conditions.map((list) => Uint8Array.from(list, ({ rises }) => (rises ? 1 : 0)));
    // As if every value came from below all thresholds, where `<` and `<=` hold.
    for (const list of this.conditions) for (const { rule, rises } of list) this.holding[rule] += rises ? 0 : 1;
    values.forEach((value, attribute) => this.update(attribute, value));
  }

  /** The rules that hold now and did not before. */
  update(attribute, value) {
    const thresholds = this.thresholds[attribute];
    const rules = this.rulesOf[attribute];
    const rises = this.risesOf[attribute];
    let position = this.position[attribute];
    let touched = 0;
    const start = position;
    while (position < thresholds.length && thresholds[position] < value) {
      touched = this.flip(rules[position], rises[position], touched);
      ++position;
    }
    while (position > 0 && thresholds[position - 1] > value) {
      --position;
      touched = this.flip(rules[position], 1 - rises[position], touched);
    }
    this.position[attribute] = position;
    this.flippedConditions = Math.abs(position - start);

    const fired = [];
    for (let i = 0; i < touched; ++i) {
      const rule = this.touched[i];
      this.isTouched[rule] = 0;
      if (this.heldBefore[rule] === 0 && this.holding[rule] >= this.needed[rule]) fired.push(rule);
    }
    return fired;
  }

  flip(rule, holds, touched) {
    if (this.isTouched[rule] === 0) {
      this.isTouched[rule] = 1;
      this.heldBefore[rule] = this.holding[rule] >= this.needed[rule] ? 1 : 0;
      this.touched[touched++] = rule;
    }
    this.holding[rule] += holds ? 1 : -1;
    return touched;
  }
}
