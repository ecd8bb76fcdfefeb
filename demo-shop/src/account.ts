// A demo customer, so that the shop can show a signed-in visitor. The id is a random UUID, as Signals asks of ids that
// interventions are sent to.
import { read, write } from './storage.ts';

export function customerId(): string | null {
  const stored = read('shop.account');
  return typeof stored === 'string' ? stored : null;
}

export function signIn(): void {
  write('shop.account', crypto.randomUUID());
}

export function signOut(): void {
  write('shop.account', null);
}
