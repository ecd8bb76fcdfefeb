// Compares the table in js/docs/bounds.md with the code.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as bounds from '../../js/src/support/bounds.js';

const used = new Set<string>();
const {
  longestClaim,
  longestExamination,
  longestFed,
  longestHidden,
  longestInJournal,
  longestInOutbox,
  longestLoad,
  longestLockRequest,
  longestMessage,
  longestNote,
  longestRetry,
  longestRetryAfter,
  longestSuspension,
  longestTransaction,
  longestWaitForDefinitions,
  longestWaitForSubscription,
  mostCharacters,
  mostCharactersOfOrigin,
  mostEvents,
  mostFed,
  mostStarted,
  shortestRetry,
} = new Proxy(bounds, { get: (all, name: keyof typeof bounds) => (used.add(name), all[name]) });

const count = (number: number): string => number.toLocaleString('en-US');
const days = (ms: number): string => `${count(ms / 86_400_000)} days`;
const hours = (ms: number): string => `${count(ms / 3_600_000)} hours`;
const seconds = (ms: number): string => `${count(ms / 1000)} second${ms === 1000 ? '' : 's'}`;
const minutes = (ms: number): string => `${count(ms / 60_000)} minutes`;

// Each bound in bounds.ts needs a row, or a part of one, here and in that document.
const table = `
| what | where | how much | how long |
| --- | --- | --- | --- |
| a page's events that are not yet counted, what it set and pushed included | localStorage; what does not fit, memory | ${count(mostEvents)} events, the oldest go first; ${count(mostCharacters)} characters in localStorage | until they are counted |
| events of all pages of the origin that are not yet counted | localStorage | ${count(mostCharactersOfOrigin)} characters, the oldest page's go first | ${days(longestInJournal)} |
| what was decided and waits for a handler | IndexedDB | | ${minutes(longestInOutbox)} (\`deliverWithin\`), at most the session |
| what was started | IndexedDB, as hashes of 64 bits | ${count(mostStarted)}, the oldest go first | |
| what was started, for pages that cannot read the state | localStorage | ${count(mostStarted)}, the oldest go first | ${hours(longestNote)} |
| a tab's claim to start something | a Web Lock | | until ${seconds(longestClaim)} after the start |
| a request for a Web Lock that the browser does not answer | the page | | ${seconds(longestLockRequest)}, then handlers start without the lock |
| a transaction of the database, its opening included | | | ${seconds(longestTransaction)}, then the state goes on in memory |
| a handler that triggers its own intervention | the page | ${count(mostFed)} times within ${seconds(longestFed)} | suspended for ${seconds(longestSuspension)} |
| definitions, the module, a file that is loaded on demand | the network, or a promise | | ${seconds(longestLoad)} (\`loadTimeout\`), then it is an \`error\` |
| what \`doctor()\` looks at | the page | | ${seconds(longestExamination)}, then it says what is still loading |
| a plugin with neither definitions nor a subscription | the page | | ${seconds(longestWaitForSubscription)}, then it is a \`warning\` |
| a message of a stream | the network | ${count(longestMessage)} characters | |
| a message of a stream that waits for the page's definitions to load | memory | | ${seconds(longestWaitForDefinitions)} |
| a stream that failed, for its next attempt | the page | | ${count(shortestRetry / 1000)} to ${seconds(longestRetry)}, by \`Retry-After\` up to ${minutes(longestRetryAfter)} |
| the stream of a hidden page | the page | | ${seconds(longestHidden)} |
`;

test('js/docs/bounds.md has the table of bounds', () => {
  const text = readFileSync(new URL('../../js/docs/bounds.md', import.meta.url), 'utf8');
  const found = /^\| what \| where \|.*?\n\n/ms.exec(text)?.[0];
  expect(found?.trim()).toBe(table.trim());
});

test('the table names every bound', () => {
  expect([...used].sort()).toEqual(Object.keys(bounds).sort());
});
