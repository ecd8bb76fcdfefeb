// The shop's intervention handler: it shows a banner. The plugin runs it once per visitor and intervention, so the shop
// does not remember which banners it has shown. It stores only the discount code that a banner names.
import type { Intervention } from 'tripline/snowplow';
import { button, element, find } from './elements.ts';
import { offerCode } from './offers.ts';

interface Banner {
  readonly text: string;
  readonly code?: string;
  readonly link?: { readonly text: string; readonly href: string };
}

const banners: ReadonlyMap<string, Banner> = new Map<string, Banner>([
  ['cart_abandonment', { text: "Don't forget your items in cart!", link: { text: 'View cart', href: '/cart' } }],
  ['discount', { text: '10% off your next purchase!', code: 'SAVE10' }],
  ['free_shipping', { text: 'Free shipping on orders over $100!', code: 'FREE' }],
]);

/** The handler. Ignores interventions that the shop has no banner for. */
export function showBanner(intervention: Intervention): void {
  const banner = banners.get(intervention.name);
  if (banner === undefined) return;
  if (banner.code !== undefined) offerCode(banner.code);
  region().append(bannerElement(intervention, banner));
}

/** Escape closes the newest banner, wherever the focus is. */
export function closeBannersWithEscape(): void {
  document.addEventListener('keydown', (event) => {
    const newest = region().lastElementChild;
    if (event.key === 'Escape' && newest instanceof HTMLElement) dismiss(newest);
  });
}

function bannerElement(intervention: Intervention, banner: Banner): HTMLElement {
  const node = element('div', { class: 'banner', attributes: { 'data-banner': intervention.name } });
  const message = element('p', { class: 'banner-text', children: [element('strong', { text: banner.text })] });
  if (banner.code !== undefined) {
    message.append(' Use code ', element('span', { class: 'code', text: banner.code }), ' at checkout.');
  }
  if (banner.link !== undefined) {
    message.append(' ', element('a', { text: banner.link.text, attributes: { href: banner.link.href } }));
  }
  const close = button('×', () => dismiss(node), {
    class: 'banner-close',
    attributes: { 'aria-label': `Dismiss: ${banner.text}` },
  });
  node.append(message, reasons(intervention), close);
  return node;
}

// Shows, for the demo, the visitor's attribute values behind the decision, without the name of their group.
function reasons(intervention: Intervention): HTMLElement {
  const values = Object.entries(intervention.attributes);
  return element('details', {
    class: 'banner-reasons',
    children: [
      element('summary', { text: 'Why now?' }),
      element('ul', {
        children: values.map(([name, value]) =>
          element('li', { text: `${name.split(':').at(-1)!} = ${String(value)}` }),
        ),
      }),
    ],
  });
}

function dismiss(node: HTMLElement): void {
  const hadFocus = node.contains(document.activeElement);
  node.remove();
  if (!hadFocus) return;
  const next = region().querySelector<HTMLElement>('.banner-close') ?? find('content', HTMLElement);
  next.focus();
}

function region(): HTMLElement {
  return find('banners', HTMLElement);
}
