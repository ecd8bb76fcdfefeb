// Tracks a recorded session anew: each payload becomes the call of the tracker that once made it.
import * as tracker from '/tracker.js';

/** The session's calls, in order. */
export async function callsOf(session) {
  const text = await (await fetch(`/sessions/${session}.ndjson`)).text();
  return text
    .trim()
    .split('\n')
    .map((line) => callOf(JSON.parse(line)));
}

function callOf({ e, ue_pr, co, se_ca, se_ac, se_la, se_pr, se_va }) {
  if (e === 'pv') return () => tracker.trackPageView();
  if (e === 'se') {
    const event = { category: se_ca, action: se_ac, label: se_la, property: se_pr, value: Number(se_va) };
    return () => tracker.trackStructEvent(event);
  }
  const event = JSON.parse(ue_pr).data;
  const entities = {};
  for (const { schema, data } of JSON.parse(co).data) (entities[schema.split('/')[1]] ??= []).push(data);
  const call = ecommerceCalls[event.data.type];
  return call ? call(entities, event.data) : () => tracker.trackSelfDescribingEvent({ event });
}

const ecommerceCalls = {
  product_view:
    ({ product }) =>
    () =>
      tracker.trackProductView(product[0]),
  add_to_cart:
    ({ product, cart }) =>
    () =>
      tracker.trackAddToCart({ ...cart[0], products: product }),
  remove_from_cart:
    ({ product, cart }) =>
    () =>
      tracker.trackRemoveFromCart({ ...cart[0], products: product }),
  list_view:
    ({ product }, { name }) =>
    () =>
      tracker.trackProductListView({ products: product, name }),
  list_click:
    ({ product }, { name }) =>
    () =>
      tracker.trackProductListClick({ product: product[0], name }),
  checkout_step:
    ({ checkout_step }) =>
    () =>
      tracker.trackCheckoutStep(checkout_step[0]),
  transaction:
    ({ transaction, product }) =>
    () =>
      tracker.trackTransaction({ ...transaction[0], products: product }),
  trns_error:
    ({ transaction, transaction_error }) =>
    () =>
      tracker.trackTransactionError({ transaction: transaction[0], ...transaction_error[0] }),
  promo_view:
    ({ promotion }) =>
    () =>
      tracker.trackPromotionView(promotion[0]),
  promo_click:
    ({ promotion }) =>
    () =>
      tracker.trackPromotionClick(promotion[0]),
};
