// Interventions over 20 numbers, and visits' worth of updates, the same in every run.
//
// Thresholds are multiples of 0.01, values lie between two of them: no value equals a threshold.

import { randomNumbers } from '../statistics.mjs';

export const attributeCount = 20;
const operators = ['>', '>=', '<', '<='];
const cells = 100_000; // of width 0.01

/** {all | any: two conditions on two attributes}; conditions: {attribute, operator, threshold}. */
export function makeRules(count) {
  const random = randomNumbers(count);
  const below = (limit) => Math.floor(random() * limit);
  return Array.from({ length: count }, () => {
    const first = below(attributeCount);
    const second = (first + 1 + below(attributeCount - 1)) % attributeCount;
    const conditions = [first, second].map((attribute) => ({
      attribute,
      operator: operators[below(operators.length)],
      threshold: below(cells) / 100,
    }));
    return random() < 0.8 ? { all: conditions } : { any: conditions };
  });
}

const valueIn = (cell, side) => (cell + (side ? 0.7 : 0.3)) / 100;

export const startValues = Array.from({ length: attributeCount }, (_, attribute) =>
  valueIn(2500 * (2 * attribute + 1), 0),
);

/**
 * Updates [attribute, value] that lead back to the start. Each moves one attribute by 1 to `most`
 * cells, up or down.
 */
export function walk(length, most) {
  const random = randomNumbers(most);
  const at = startValues.map((value) => Math.floor(value * 100));
  const updates = Array.from({ length }, () => {
    const attribute = Math.floor(random() * attributeCount);
    const step = (1 + Math.floor(random() * most)) * (random() < 0.5 ? -1 : 1);
    at[attribute] = Math.abs(at[attribute] + step);
    if (at[attribute] >= cells) at[attribute] = 2 * cells - 1 - at[attribute];
    return [attribute, valueIn(at[attribute], 0)];
  });
  return [...updates, ...startValues.map((value, attribute) => [attribute, value])];
}

/** Updates that change a value and cross no threshold. */
export function stand(length) {
  const random = randomNumbers(0);
  const sides = new Array(attributeCount).fill(0);
  const updates = Array.from({ length }, () => {
    const attribute = Math.floor(random() * attributeCount);
    sides[attribute] = 1 - sides[attribute];
    return [attribute, valueIn(Math.floor(startValues[attribute] * 100), sides[attribute])];
  });
  return [...updates, ...startValues.map((value, attribute) => [attribute, value])];
}
