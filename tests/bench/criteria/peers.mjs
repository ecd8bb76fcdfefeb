// Rule engines from npm over the same rules. Each evaluates all rules on every update, as it is made to;
// what became true is the difference to the update before.

import initZen, { evaluateExpression } from '@gorules/zen-engine-wasm';
import { LogicEngine } from 'json-logic-engine';
import { Engine as RulesEngine } from 'json-rules-engine';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const factOf = (attribute) => `a${attribute}`;

/** By name: a function from rules to a function from facts to which rules hold, by index. */
export const peers = {
  async 'json-rules-engine'(rules) {
    const operators = {
      '>': 'greaterThan',
      '>=': 'greaterThanInclusive',
      '<': 'lessThan',
      '<=': 'lessThanInclusive',
    };
    const condition = ({ attribute, operator, threshold }) => ({
      fact: factOf(attribute),
      operator: operators[operator],
      value: threshold,
    });
    const engine = new RulesEngine(
      rules.map((rule, index) => ({
        conditions: Object.fromEntries(Object.entries(rule).map(([kind, list]) => [kind, list.map(condition)])),
        event: { type: String(index) },
      })),
    );
    return async (facts) => {
      const { events } = await engine.run(facts);
      const holds = new Array(rules.length).fill(false);
      for (const { type } of events) holds[Number(type)] = true;
      return holds;
    };
  },

  async 'json-logic-engine'(rules) {
    const condition = ({ attribute, operator, threshold }) => ({ [operator]: [{ var: factOf(attribute) }, threshold] });
    return new LogicEngine().build(
      rules.map((rule) => ({ [rule.all ? 'and' : 'or']: (rule.all ?? rule.any).map(condition) })),
    );
  },

  async '@gorules/zen-engine-wasm'(rules) {
    const file = fileURLToPath(import.meta.resolve('@gorules/zen-engine-wasm'));
    await initZen({ module_or_path: readFileSync(file.replace(/index\.js$/, 'dist/zen_engine_wasm_bg.wasm')) });
    const condition = ({ attribute, operator, threshold }) => `${factOf(attribute)} ${operator} ${threshold}`;
    const expressions = rules.map(
      (rule) => `(${(rule.all ?? rule.any).map(condition).join(rule.all ? ' and ' : ' or ')})`,
    );
    const all = `[${expressions.join(', ')}]`;
    return (facts) => evaluateExpression(all, facts);
  },
};

/** Like IncrementalEvaluator, over a function from facts to which rules hold. */
export class WholeEvaluator {
  constructor(evaluate, values) {
    this.evaluate = evaluate;
    this.facts = Object.fromEntries(values.map((value, attribute) => [factOf(attribute), value]));
  }

  async start() {
    this.held = await this.evaluate(this.facts);
  }

  async update(attribute, value) {
    this.facts[factOf(attribute)] = value;
    const holds = await this.evaluate(this.facts);
    const fired = [];
    for (let rule = 0; rule < holds.length; ++rule) if (holds[rule] && !this.held[rule]) fired.push(rule);
    this.held = holds;
    return fired;
  }
}
