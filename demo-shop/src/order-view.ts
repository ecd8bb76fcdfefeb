import { element } from './elements.ts';
import { totalRows, type Order } from './order.ts';

/** The content of a `<dl class="totals">`. */
export function totals(order: Order): HTMLElement[] {
  return totalRows(order).map(([name, amount]) =>
    element('div', { children: [element('dt', { text: name }), element('dd', { text: amount })] }),
  );
}
