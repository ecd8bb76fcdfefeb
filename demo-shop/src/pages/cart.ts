import { changeQuantity, readCart } from '../cart.ts';
import { productImage, productUrl } from '../catalogue.ts';
import { button, element, find } from '../elements.ts';
import { totals } from '../order-view.ts';
import { formatMoney, maximumQuantity, priceOrder, type Catalogue, type Order, type OrderLine } from '../order.ts';
import { showCartCount, startPage } from '../shop.ts';
import { trackAdded, trackRemoved } from '../tracking.ts';

void startPage('cart', (catalogue) => {
  showCart(catalogue);
  addEventListener('storage', () => showCart(catalogue));
});

function showCart(catalogue: Catalogue): void {
  const order = priceOrder(catalogue, readCart().quantities);
  const content = order.lines.length === 0 ? [emptyNotice()] : [lineList(catalogue, order), summary(order)];
  find('cart', HTMLElement).replaceChildren(...content);
}

function emptyNotice(): HTMLElement {
  const link = element('a', { text: 'Have a look around', attributes: { href: '/' } });
  return element('p', { class: 'notice', children: ['Your cart is empty. ', link] });
}

function lineList(catalogue: Catalogue, order: Order): HTMLElement {
  const list = element('ul', { class: 'cart-lines', attributes: { 'aria-labelledby': 'cart-title' } });
  list.append(...order.lines.map((line) => cartLine(catalogue, line)));
  return list;
}

function cartLine(catalogue: Catalogue, line: OrderLine): HTMLElement {
  const { product, quantity, total } = line;
  const step = (text: string, name: string, delta: number): HTMLButtonElement =>
    button(text, () => change(catalogue, line, delta), {
      class: 'button-step',
      attributes: { 'aria-label': `${name}: ${product.name}`, 'data-step': `${product.id} ${text}` },
    });
  const more = step('+', 'One more', 1);
  more.disabled = quantity >= maximumQuantity;
  return element('li', {
    class: 'cart-line',
    children: [
      element('div', {
        class: 'picture',
        children: [
          element('img', { attributes: { src: productImage(product), alt: '', width: '400', height: '400' } }),
        ],
      }),
      element('div', {
        class: 'cart-line-name',
        children: [
          element('a', { text: product.name, attributes: { href: productUrl(product) } }),
          element('p', { class: 'each', text: `${formatMoney(product.price)} each` }),
        ],
      }),
      element('div', {
        class: 'stepper',
        attributes: { role: 'group', 'aria-label': `Quantity of ${product.name}` },
        children: [step('−', 'One fewer', -1), element('span', { text: String(quantity) }), more],
      }),
      element('p', { class: 'price', text: formatMoney(total) }),
      button('Remove', () => change(catalogue, line, -quantity), {
        class: 'button-quiet',
        attributes: { 'aria-label': `Remove ${product.name}` },
      }),
    ],
  });
}

function summary(order: Order): HTMLElement {
  return element('div', {
    class: 'summary-column',
    children: [
      element('section', {
        class: 'summary',
        attributes: { 'aria-label': 'Summary' },
        children: [
          element('h2', { text: 'Summary' }),
          element('dl', { class: 'totals', children: totals(order) }),
          element('a', { class: 'button button-wide', text: 'Go to checkout', attributes: { href: '/checkout' } }),
        ],
      }),
    ],
  });
}

function change(catalogue: Catalogue, { product }: OrderLine, delta: number): void {
  const focused = document.activeElement?.getAttribute('data-step');
  const cart = changeQuantity(product.id, delta);
  if (delta > 0) trackAdded(catalogue, product, delta, cart);
  else trackRemoved(catalogue, product, -delta, cart);
  showCart(catalogue);
  showCartCount();
  restoreFocus(focused);
}

// Rendering replaces the list, so the focus returns to the same button or, if its line is gone, to the page's heading.
function restoreFocus(step: string | null | undefined): void {
  const steps = [...document.querySelectorAll<HTMLButtonElement>('[data-step]')];
  const same = steps.find((candidate) => candidate.getAttribute('data-step') === step && !candidate.disabled);
  (same ?? find('cart-title', HTMLElement)).focus();
}
