// Reads a whole database, as a program of its own: `node check-database.js FOLDER`. Exits with status 0 if it is
// intact.
import { ABORT } from 'lmdb';
import { openDatabase } from './lmdb-store.ts';

const root = openDatabase(process.argv[2]!);
const tables = [
  ...['inputs', 'outbox', 'letters'].map((name) => root.openDB({ name, encoding: 'json' })),
  root.openDB({ name: 'state', encoding: 'binary' }),
];
for (const table of tables) {
  let count = 0;
  for (const _ of table.getRange()) ++count;
  // Damage may hide entries without an error.
  if (count !== (table.getStats() as { entryCount: number }).entryCount) process.exit(1);
}
// Goes through the pages that are free.
root.transactionSync(() => {
  void tables[3]!.put('check', Buffer.alloc(64 * 1024));
  return ABORT;
});
