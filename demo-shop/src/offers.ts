// Discount codes that banners have named. The checkout suggests them; the server decides whether they apply.
import { readStrings, write } from './storage.ts';

export function offeredCodes(): string[] {
  return readStrings('shop.offers');
}

export function offerCode(code: string): void {
  write('shop.offers', [...new Set([...offeredCodes(), code])]);
}

export function withdrawCodes(codes: readonly string[]): void {
  write(
    'shop.offers',
    offeredCodes().filter((code) => !codes.includes(code)),
  );
}
