import { changeQuantity } from '../cart.ts';
import { productImage } from '../catalogue.ts';
import { element, find } from '../elements.ts';
import { categoryName, formatMoney, priceOrder, type Catalogue, type Product } from '../order.ts';
import { showCartCount, startPage } from '../shop.ts';
import { trackAdded, trackProduct } from '../tracking.ts';

void startPage('product', (catalogue) => {
  const id = decodeURIComponent(location.pathname.split('/').at(-1) ?? '');
  const product = catalogue.products.find((candidate) => candidate.id === id);
  if (product === undefined) throw new Error(`There is no product "${id}" in the catalogue.`);
  showProduct(catalogue, product);
  find('add-to-cart', HTMLButtonElement).addEventListener('click', () => addToCart(catalogue, product));
  return () => trackProduct(catalogue, product);
});

function showProduct(catalogue: Catalogue, product: Product): void {
  document.title = `${product.name} – Alder & Finch`;
  const category = find('product-category', HTMLAnchorElement);
  category.textContent = categoryName(catalogue, product);
  category.href = `/?category=${encodeURIComponent(product.category)}`;
  find('product-picture', HTMLElement).replaceChildren(
    element('img', { attributes: { src: productImage(product), alt: product.name, width: '400', height: '400' } }),
  );
  find('product-name', HTMLElement).textContent = product.name;
  find('product-price', HTMLElement).textContent = formatMoney(product.price);
  find('product-summary', HTMLElement).textContent = product.summary;
  find('product-description', HTMLElement).textContent = product.description;
  find('product-details', HTMLElement).replaceChildren(...product.details.map((text) => element('li', { text })));
}

function addToCart(catalogue: Catalogue, product: Product): void {
  const cart = changeQuantity(product.id, 1);
  trackAdded(catalogue, product, 1, cart);
  showCartCount();
  const goods = formatMoney(priceOrder(catalogue, cart.quantities).goods);
  find('added', HTMLElement).replaceChildren(
    `In your cart, ${goods} altogether. `,
    element('a', { text: 'View cart', attributes: { href: '/cart' } }),
  );
}
