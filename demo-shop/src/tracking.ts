// All events that the shop tracks with Snowplow. The tripline plugin sees the same events; only its line in `plugins`
// is written for it.
import { newTracker, trackPageView, type BrowserTracker } from '@snowplow/browser-tracker';
import {
  SnowplowEcommercePlugin,
  setEcommerceUser,
  setPageType,
  trackAddToCart,
  trackCheckoutStep,
  trackProductListClick,
  trackProductListView,
  trackProductView,
  trackRemoveFromCart,
  trackTransaction,
  type CheckoutStep,
  type Product as EcommerceProduct,
  type SPTransaction,
} from '@snowplow/browser-plugin-snowplow-ecommerce';
import { SignalsPlugin } from 'tripline/snowplow';
import wasmUrl from 'tripline/tripline-runtime.wasm?url';
import { customerId } from './account.ts';
import { showBanner } from './banners.ts';
import type { Cart } from './cart.ts';
import { listenToServer } from './deciding.ts';
import { categoryName, priceOrder, type Catalogue, type Product } from './order.ts';

export type PageType = 'list' | 'product' | 'cart' | 'checkout' | 'confirmation' | 'message';

let tracker: BrowserTracker | null | undefined;

/** Starts the tracker. Call `trackPage` once the page's title is set. */
export function startTracking(pageType: PageType): void {
  tracker = newTracker('shop', location.origin, {
    appId: 'demo-shop',
    // An event must survive the page. The tracker writes identifiers before a click's navigation starts, and the
    // browser finishes a request under way. Unsent events wait in the tracker's queue for the next page.
    synchronousCookieWrite: true,
    keepalive: true,
    // The demo is served on http://127.0.0.1, where not every browser accepts a secure cookie.
    cookieSecure: location.protocol === 'https:',
    plugins: [
      SnowplowEcommercePlugin(),
      SignalsPlugin({
        definitions: '/definitions.tripline',
        wasm: wasmUrl,
        handlers: { banner: showBanner },
      }),
    ],
  });
  listenToServer();
  setPageType({ type: pageType });
  const customer = customerId();
  if (customer !== null) {
    tracker?.setUserId(customer);
    setEcommerceUser({ id: customer, is_guest: false });
  }
}

/** Returns the visitor's `domain_userid`, or "" if the tracker stores none. */
export function visitorId(): string {
  return tracker?.getDomainUserId() ?? '';
}

/** Removes the visitor's identifiers: the next page starts with new ones. */
export function forgetVisitor(): void {
  tracker?.clearUserData();
}

export function trackPage(): void {
  trackPageView();
}

export function trackList(catalogue: Catalogue, name: string, products: readonly Product[]): void {
  trackProductListView({
    name,
    products: products.map((product, index) => ({ ...describe(catalogue, product), position: index + 1 })),
  });
}

export function trackListClick(catalogue: Catalogue, name: string, product: Product, position: number): void {
  trackProductListClick({ name, product: { ...describe(catalogue, product), position } });
}

export function trackProduct(catalogue: Catalogue, product: Product): void {
  trackProductView(describe(catalogue, product));
}

/** `cart` is the cart after the products were added. */
export function trackAdded(catalogue: Catalogue, product: Product, quantity: number, cart: Cart): void {
  trackAddToCart(cartChange(catalogue, product, quantity, cart));
}

/** `cart` is the cart after the products were removed. */
export function trackRemoved(catalogue: Catalogue, product: Product, quantity: number, cart: Cart): void {
  trackRemoveFromCart(cartChange(catalogue, product, quantity, cart));
}

export function trackCheckout(step: CheckoutStep): void {
  trackCheckoutStep(step);
}

export function trackPurchase(transaction: SPTransaction): void {
  trackTransaction(transaction);
}

function cartChange(catalogue: Catalogue, product: Product, quantity: number, cart: Cart) {
  return {
    products: [{ ...describe(catalogue, product), quantity }],
    cart_id: cart.id,
    total_value: priceOrder(catalogue, cart.quantities).goods,
    currency: catalogue.currency,
  };
}

function describe(catalogue: Catalogue, product: Product): EcommerceProduct {
  return {
    id: product.id,
    name: product.name,
    category: categoryName(catalogue, product),
    price: product.price,
    currency: catalogue.currency,
  };
}
