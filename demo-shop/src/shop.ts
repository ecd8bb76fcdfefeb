// The parts that every page shares: tracking, the cart's count, the account button and the reset button.
import { customerId, signIn, signOut } from './account.ts';
import { closeBannersWithEscape } from './banners.ts';
import { countItems, readCart } from './cart.ts';
import { loadCatalogue } from './catalogue.ts';
import { element, find } from './elements.ts';
import type { Catalogue } from './order.ts';
import { forgetEverything } from './storage.ts';
import { setUpDeciding } from './deciding.ts';
import { forgetVisitor, startTracking, trackPage, visitorId, type PageType } from './tracking.ts';

/** Calls `render`, which may set the page's title, then tracks the page view, then calls what `render` returned. */
export async function startPage(
  pageType: PageType,
  render: (catalogue: Catalogue) => void | (() => void),
): Promise<void> {
  startTracking(pageType);
  closeBannersWithEscape();
  showCartCount();
  setUpAccount();
  setUpReset();
  setUpDeciding();
  find('visitor-id', HTMLElement).textContent = visitorId();
  // A page restored from the back/forward cache shows an old cart.
  addEventListener('pageshow', (event) => event.persisted && location.reload());
  addEventListener('storage', showCartCount);
  const trackRest = await renderWithCatalogue(render);
  trackPage();
  trackRest?.();
}

export function showCartCount(): void {
  const count = countItems(readCart());
  find('cart-count', HTMLElement).textContent = String(count);
  find('cart-link', HTMLElement).setAttribute('aria-label', `Cart, ${count} ${count === 1 ? 'item' : 'items'}`);
}

async function renderWithCatalogue(
  render: (catalogue: Catalogue) => void | (() => void),
): Promise<void | (() => void)> {
  try {
    return render(await loadCatalogue());
  } catch (error) {
    console.error(error);
    const text = 'We could not load our products. Please reload the page.';
    find('content', HTMLElement).prepend(element('p', { class: 'notice', text, attributes: { role: 'alert' } }));
  }
}

function setUpAccount(): void {
  const signedIn = customerId() !== null;
  const toggle = find('account', HTMLButtonElement);
  toggle.textContent = signedIn ? 'Sign out' : 'Sign in as a demo customer';
  toggle.addEventListener('click', () => {
    if (signedIn) signOut();
    else signIn();
    location.reload();
  });
}

function setUpReset(): void {
  find('reset', HTMLButtonElement).addEventListener('click', () => {
    forgetVisitor();
    forgetEverything();
    location.reload();
  });
}
