import { customerId } from '../account.ts';
import { readCart } from '../cart.ts';
import { button, element, find } from '../elements.ts';
import { offeredCodes } from '../offers.ts';
import { totals } from '../order-view.ts';
import { codeDescriptions, formatMoney, normalizeCode, priceOrder, type Catalogue, type Order } from '../order.ts';
import { startPage } from '../shop.ts';
import { trackCheckout } from '../tracking.ts';

void startPage('checkout', (catalogue) => {
  const codes = new Set<string>();
  const form = find('checkout', HTMLFormElement);
  const show = (): Order => showOrder(catalogue, codes, apply, remove);

  function apply(code: string): void {
    const { quantities } = readCart();
    const refusal = priceOrder(catalogue, quantities, [code]).refusals[0];
    if (refusal === undefined) codes.add(normalizeCode(code));
    show();
    find('code-answer', HTMLElement).textContent = refusal?.reason ?? `${normalizeCode(code)} is applied.`;
    find('code', HTMLInputElement).focus();
  }

  function remove(code: string): void {
    codes.delete(code);
    show();
    find('code-answer', HTMLElement).textContent = `${code} is removed.`;
    find('code', HTMLInputElement).focus();
  }

  if (show().lines.length === 0) {
    form.hidden = true;
    find('empty', HTMLElement).hidden = false;
    return;
  }
  setUpCodeField(apply);
  form.addEventListener('submit', () => trackCheckout({ step: 2, ...choices(form, codes) }));
  addEventListener('storage', show);
  return () => trackCheckout({ step: 1, account_type: customerId() === null ? 'guest' : 'registered' });
});

function showOrder(
  catalogue: Catalogue,
  codes: ReadonlySet<string>,
  apply: (code: string) => void,
  remove: (code: string) => void,
): Order {
  const order = priceOrder(catalogue, readCart().quantities, [...codes]);
  find('summary-lines', HTMLElement).replaceChildren(
    ...order.lines.map(({ product, quantity, total }) =>
      element('li', {
        children: [
          element('span', { text: `${quantity} × ${product.name}` }),
          element('span', { text: formatMoney(total) }),
        ],
      }),
    ),
  );
  find('totals', HTMLElement).replaceChildren(...totals(order));
  find('place-order', HTMLElement).textContent = `Place order, ${formatMoney(order.total)}`;
  find('codes', HTMLElement).replaceChildren(...order.codes.map((code) => appliedCode(code, remove)));
  const open = offeredCodes().filter((code) => !order.codes.includes(code));
  find('offers', HTMLElement).replaceChildren(...open.map((code) => suggestion(code, apply)));
  find('hidden-fields', HTMLElement).replaceChildren(...hiddenFields(order));
  return order;
}

function suggestion(code: string, apply: (code: string) => void): HTMLElement {
  const description = codeDescriptions.get(code) ?? '';
  return element('li', {
    children: [
      element('span', { class: 'code', text: code }),
      element('span', { text: description }),
      button('Use', () => apply(code), {
        class: 'button-secondary',
        attributes: { 'aria-label': `Use ${code}: ${description}` },
      }),
    ],
  });
}

function appliedCode(code: string, remove: (code: string) => void): HTMLElement {
  return element('li', {
    children: [
      element('span', { class: 'code', text: code }),
      button('Remove', () => remove(code), { class: 'button-quiet', attributes: { 'aria-label': `Remove ${code}` } }),
    ],
  });
}

// Carries ids, quantities and codes, from which the server prices the order itself.
function hiddenFields(order: Order): HTMLElement[] {
  const quantities = order.lines.map(({ product, quantity }) => ['quantity.' + product.id, String(quantity)] as const);
  const codes = order.codes.map((code) => ['code', code] as const);
  return [...quantities, ...codes].map(([name, value]) =>
    element('input', { attributes: { type: 'hidden', name, value } }),
  );
}

function setUpCodeField(apply: (code: string) => void): void {
  const field = find('code', HTMLInputElement);
  const submit = (): void => {
    if (field.value.trim() === '') return;
    apply(field.value);
    field.value = '';
  };
  find('apply', HTMLButtonElement).addEventListener('click', submit);
  // Enter in this field applies the code; it does not place the order.
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    submit();
  });
}

function choices(form: HTMLFormElement, codes: ReadonlySet<string>) {
  return {
    payment_method: String(new FormData(form).get('payment')),
    delivery_method: 'standard',
    ...(codes.size > 0 && { coupon_code: [...codes].join(',') }),
  };
}
