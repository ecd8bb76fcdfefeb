import { startPage } from '../shop.ts';

void startPage('message', () => {});
