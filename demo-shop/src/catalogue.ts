import catalogueUrl from './catalogue.json?url';
import type { Catalogue, Product } from './order.ts';

/** Rejects if the file cannot be fetched or is not JSON. */
export async function loadCatalogue(): Promise<Catalogue> {
  const response = await fetch(catalogueUrl);
  if (!response.ok) throw new Error(`The catalogue answered ${response.status}.`);
  return (await response.json()) as Catalogue;
}

export function productUrl(product: Product): string {
  return `/products/${encodeURIComponent(product.id)}`;
}

export function productImage(product: Product): string {
  return `/pictures/${encodeURIComponent(product.id)}.svg`;
}
