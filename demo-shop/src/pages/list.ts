import { changeQuantity } from '../cart.ts';
import { productImage, productUrl } from '../catalogue.ts';
import { button, element, find } from '../elements.ts';
import { formatMoney, type Catalogue, type Product } from '../order.ts';
import { showCartCount, startPage } from '../shop.ts';
import { trackAdded, trackList, trackListClick } from '../tracking.ts';

void startPage('list', (catalogue) => {
  const wanted = new URLSearchParams(location.search).get('category');
  const category = catalogue.categories.find(({ id }) => id === wanted);
  const products = catalogue.products.filter((product) => category === undefined || product.category === category.id);
  const listName = category?.name ?? 'Everything';
  markCurrent(category === undefined ? '/' : `/?category=${category.id}`);
  if (category !== undefined) {
    document.title = `${category.name} – Alder & Finch`;
    find('list-title', HTMLElement).textContent = category.name;
  }
  find('products', HTMLUListElement).replaceChildren(
    ...products.map((product, index) => card(catalogue, product, listName, index + 1)),
  );
  return () => trackList(catalogue, listName, products);
});

function card(catalogue: Catalogue, product: Product, listName: string, position: number): HTMLElement {
  const link = element('a', { text: product.name, attributes: { href: productUrl(product) } });
  link.addEventListener('click', () => trackListClick(catalogue, listName, product, position));
  const add = button('Add', () => addToCart(catalogue, product, add), {
    class: 'button-secondary',
    attributes: { 'aria-label': `Add ${product.name} to cart` },
  });
  return element('li', {
    class: 'card',
    children: [
      element('div', { class: 'picture', children: [picture(product)] }),
      element('h2', { class: 'card-name', children: [link] }),
      element('p', { class: 'card-summary', text: product.summary }),
      element('div', {
        class: 'card-row',
        children: [element('p', { class: 'price', text: formatMoney(product.price) }), add],
      }),
    ],
  });
}

function addToCart(catalogue: Catalogue, product: Product, add: HTMLButtonElement): void {
  const cart = changeQuantity(product.id, 1);
  trackAdded(catalogue, product, 1, cart);
  showCartCount();
  add.textContent = 'Added';
  add.setAttribute('aria-label', `Added ${product.name} to cart. Add another`);
}

function picture(product: Product): HTMLElement {
  return element('img', { attributes: { src: productImage(product), alt: '', width: '400', height: '400' } });
}

function markCurrent(href: string): void {
  for (const link of document.querySelectorAll('.site-nav a')) {
    if (link.getAttribute('href') === href) link.setAttribute('aria-current', 'page');
  }
}
