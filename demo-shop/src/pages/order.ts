import type { SPTransaction } from '@snowplow/browser-plugin-snowplow-ecommerce';
import { emptyCart } from '../cart.ts';
import { find } from '../elements.ts';
import { withdrawCodes } from '../offers.ts';
import { startPage, showCartCount } from '../shop.ts';
import { readStrings, write } from '../storage.ts';
import { trackPurchase } from '../tracking.ts';

const rememberedOrders = 20;

void startPage('confirmation', () => {
  const transaction = JSON.parse(find('order', HTMLElement).dataset['transaction'] ?? '') as SPTransaction;
  const seen = readStrings('shop.orders');
  if (seen.includes(transaction.transaction_id)) return;
  write('shop.orders', [...seen, transaction.transaction_id].slice(-rememberedOrders));
  emptyCart();
  withdrawCodes((transaction.discount_code ?? '').split(','));
  showCartCount();
  return () => trackPurchase(transaction);
});
