import { categoryName, formatMoney, totalRows, type Catalogue, type Order } from '../src/order.ts';
import { escaped, join, Markup } from './html.ts';
import type { PlacedOrder } from './orders.ts';

const paymentNames: Readonly<Record<string, string>> = {
  invoice: 'By invoice, within 30 days',
  on_delivery: 'On delivery',
};

/** Returns the confirmation as safe markup. The page tracks the transaction in its attribute `data-transaction`. */
export function orderHtml(catalogue: Catalogue, id: string, placed: PlacedOrder): string {
  const { order, customer, payment } = placed;
  return escaped`<div id="order" data-transaction="${JSON.stringify(transaction(catalogue, id, placed))}">
      <div class="hero">
        <h1>Thank you, ${customer.name}</h1>
        <p>Your order is placed. Its number is <span class="order-number">${id.slice(0, 8)}</span>.</p>
      </div>
      <div class="two-columns">
        <section aria-labelledby="order-title">
          <h2 id="order-title">What you ordered</h2>
          <ul class="order-lines">${orderLines(order)}</ul>
          <p><a class="button" href="/">Keep looking around</a></p>
        </section>
        <div class="summary-column">
          <section class="summary" aria-labelledby="total-title">
            <h2 id="total-title">Total</h2>
            <dl class="totals">${totals(order)}</dl>
            <h3>Goes to</h3>
            <p>${customer.name}<br>${customer.street}<br>${customer.postcode} ${customer.city}</p>
            <h3>Payment</h3>
            <p>${paymentNames[payment] ?? payment}</p>
          </section>
        </div>
      </div>
    </div>`;
}

function orderLines(order: Order): Markup {
  return join(
    order.lines.map(
      ({ product, quantity, total }) => escaped`
            <li>
              <span class="picture"><img src="/pictures/${product.id}.svg" alt="" width="400" height="400"></span>
              <span>${quantity} × <a href="/products/${product.id}">${product.name}</a></span>
              <span class="price">${formatMoney(total)}</span>
            </li>`,
    ),
  );
}

function totals(order: Order): Markup {
  return join(totalRows(order).map(([name, amount]) => escaped`<div><dt>${name}</dt><dd>${amount}</dd></div>`));
}

// A transaction in the form of Snowplow's e-commerce plugin, with its products.
function transaction(catalogue: Catalogue, id: string, { order, payment }: PlacedOrder) {
  return {
    transaction_id: id,
    revenue: order.total,
    currency: catalogue.currency,
    payment_method: payment,
    total_quantity: order.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    shipping: order.shipping,
    ...(order.codes.length > 0 && { discount_code: order.codes.join(',') }),
    discount_amount: order.discount,
    credit_order: false,
    products: order.lines.map(({ product, quantity }) => ({
      id: product.id,
      name: product.name,
      category: categoryName(catalogue, product),
      price: product.price,
      currency: catalogue.currency,
      quantity,
    })),
  };
}
