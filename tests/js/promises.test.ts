// Names the tests of each sentence under "What it promises" in the README of the package, and checks that they exist.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

/** The names of tests, as they are written in the tests' files, by sentence and file. */
const promises: Record<string, Record<string, string[]>> = {
  'Nothing is thrown into the page.': {
    'evaluator.test.ts': [
      '%s: the console shows an error that names it, and nothing is thrown',
      'a module that %s: an error of the code wasm, and nothing is thrown',
      'an event that cannot be tracked is an error, and the next event counts',
    ],
    'chromium/plugin.test.ts': [
      '%s: an error names the remedy, and the tracker works',
      'a measurement that throws has no effect on handlers',
    ],
    'chromium/bundles.test.ts': [
      'without the option "wasm": an error of the code wasm names it, and nothing is thrown',
    ],
    'chromium/stream.test.ts': ['without an endpoint is an error, and nothing is thrown'],
  },
  'Failures are reported as `error` events (`onError`) with a `code`, a message that says what to do and, for definitions, `diagnostics`; where nobody listens, the console shows the first of each code.':
    {
      'evaluator.test.ts': [
        'definitions with errors: an error with the diagnostics, and the events are kept',
        'the console shows an error of one kind once, and only without a listener',
      ],
      'messages.test.ts': [
        'prints its message once: %s',
        '%s: the error names the address and is not one of the definitions',
      ],
      'chromium/plugin.test.ts': [
        '%s: an error names the remedy, and the tracker works',
        'a policy without wasm-unsafe-eval: an error names it',
      ],
      'chromium/messages.test.ts': ['%s: the error names connect-src', 'prints the message of an error once'],
    },
  'A `warning` means that something works less well.': {
    'evaluator.test.ts': [
      'definitions with an unknown field: a warning, and they load',
      'without IndexedDB and localStorage: memory, and a warning for each',
    ],
    'messages.test.ts': ['of a name warns if the definitions have no interventions'],
    'chromium/messages.test.ts': [
      'with neither definitions nor a subscription causes a warning',
      'a stream: the warning names connect-src',
    ],
  },
  "An event counts exactly once, even if its page is left, or crashes, right after the tracker's call: it is in localStorage before that call returns, and the next page of the origin counts it.":
    {
      'journal.properties.test.ts': ['any content, at any time, is read back by this page and by the next one'],
      'evaluator.test.ts': [
        'a repeated event counts once',
        'events that a page tracked and did not commit count once, on the next page',
      ],
      'chromium/plugin.test.ts': [
        'an event counts when its page is left in the same task',
        'events of a crashed renderer count',
        'a page restored from the back/forward cache continues, and counts nothing twice',
      ],
      'chromium/journal.test.ts': [
        'an event with line separators, NUL or lone surrogates counts, here or on the next page',
      ],
      'chromium/endurance.full.ts': ['ten renderers that crash lose no event whose tracker call has returned'],
    },
  'All tabs count together.': {
    'evaluator.test.ts': ['two pages count together, in whatever order they commit'],
    'chromium/plugin.test.ts': ['lose no event of each other, and show one banner'],
    'chromium/endurance.full.ts': ['two tabs with 500 events each count 1,000, and show one banner'],
  },
  "What does not fit there waits in the page's memory, with a warning, and a crash loses it.": {
    'journal.test.ts': [
      '500,000 characters of a page are in localStorage; the rest waits in memory, in order, with one warning',
      'if storage is full, events wait in memory, with one warning',
    ],
    'chromium/journal.test.ts': ['events that do not fit into localStorage count from memory, with one warning'],
  },
  'An `error` names the number of events that are lost because too many waited, or for too long.': {
    'journal.test.ts': [
      '1,000 events of a page wait; beyond that the oldest are lost, and one error gives their number',
      'an event that waited for 30 days is dropped with an error; applied and younger ones cause none',
    ],
    'chromium/journal.test.ts': [
      'a thousand impressions of one task count, and an error gives the number of lost ones',
    ],
  },
  'What is damaged in storage is dropped, item by item and with a warning, and the rest is kept.': {
    'storage.test.ts': ['with a damaged %s keeps the rest (%#)'],
    'stored-state.properties.test.ts': [
      'a damaged state: an event counts, everything intact is kept, and nothing breaks',
      'damaged journals and tabs: an event counts, and so do the intact records',
    ],
  },
  'An event that cannot be read back is an `error`.': { 'journal.test.ts': ['%s: is dropped with one error, once'] },
  'Where the database fails, the page goes on in memory, with a warning: at once if it refuses, after 5 seconds if it does not answer.':
    {
      'evaluator.test.ts': ['a store that fails from the start: memory, and one warning'],
      'chromium/storage.test.ts': [
        'that never responds: after five seconds memory with a warning, and nothing waits for ever',
      ],
    },
  "If it has worked before, the page's events stay in localStorage, and the next page counts them, too.": {
    'storage-failures.test.ts': [
      'from then on, the page counts in memory, and these events count once for the next page',
    ],
    'chromium/storage.test.ts': ['while a page is open: events counted since then count for the next page, too'],
  },
  'If it never has, the state lives as long as the page.': {
    'storage-failures.test.ts': [
      'each tab counts its own events, one shows what both decide, and nothing remains when they end',
    ],
  },
  'In memory a tab counts only its own events.': {
    'storage-failures.test.ts': [
      'each tab counts its own events, one shows what both decide, and nothing remains when they end',
      'while it lasts, each page of a tab continues from the one before, and other tabs do not count',
    ],
  },
  'If the database answers later, the page drops the counts it kept in memory, and counts the same events in the database.':
    {
      'storage-failures.test.ts': [
        'at first, but later does, wins: the state in memory is dropped, and the journal is applied',
      ],
      'chromium/storage.test.ts': [
        'that responds late: the page continues from the stored state, and counts its own events there',
      ],
    },
  'Nothing waits for ever.': {
    'loading.test.ts': [
      'is an error after loadTimeout, and everything ends',
      'does not affect the doctor, reset and push',
    ],
    'storage-failures.test.ts': ['delays reset() for no longer'],
    'chromium/storage.test.ts': [
      'that never responds: after five seconds memory with a warning, and nothing waits for ever',
    ],
  },
  'What does not come in time is an `error`, or a warning of the code `storage`, and the page goes on: events wait for the next page, a stream and what is pushed need neither engine nor database.':
    {
      'loading.test.ts': ['is an error after loadTimeout, and everything ends'],
      'stream.test.ts': [
        '%s that never load keep no stream waiting',
        'a store that does not respond keeps no stream waiting',
      ],
      'set-and-push.test.ts': ['needs no engine; the events wait for one'],
      'chromium/plugin.test.ts': [
        'a server that does not respond to a request for %s: an error in time, and the next page counts',
      ],
      'chromium/storage.test.ts': ['that never responds does not keep a stream from being opened'],
    },
  'Handlers start at most once for each name, version and target.': {
    'evaluator.test.ts': ['the fourth view brings the discount, once'],
    'storage-failures.test.ts': [
      'a rule without `changed` is started once for its target in 24 hours, whatever the event',
    ],
  },
  "For interventions that use `changed`, for pushes and for a server's own decisions it is once for each `intervention_id`.":
    {
      'evaluator.test.ts': [
        'an intervention_id is recognized after 1,999 others, and the state does not grow with their length',
      ],
      'storage-failures.test.ts': [
        'a rule with `changed` is started every time',
        'a pushed intervention is started once for each id, even if a rule has its name',
      ],
      'set-and-push.test.ts': ['of one id is dispatched once, even on several pages'],
      'stream.test.ts': [
        'an intervention that the server repeats after 210 others is shown once',
        'two tabs show it once',
      ],
    },
  'The start is stored before the first handler runs.': {
    'evaluator.test.ts': [
      'the start is committed before the first handler runs, and an interrupted handler is not repeated',
      'if the start cannot be committed, no handler runs',
    ],
  },
  'It is also noted in localStorage, where every page looks first, and claimed by a Web Lock: so the promise holds even where the state cannot be stored, or tabs share no database.':
    {
      'started-notes.test.ts': ['a note of one page is visible to others for a day'],
      'chromium/storage.test.ts': [
        'what it made start is started on no other page, neither while it lasts nor later (%s)',
        'of tabs that decide at the same time, one shows the banner',
        'and with a full localStorage: a tab that has just started an intervention keeps others from it',
      ],
    },
  'Plain http has no Web Locks: there, two tabs that decide at the same moment may both start the handlers.': {
    'chromium/storage.test.ts': [
      'what it made start is started on no other page, neither while it lasts nor later (%s)',
    ],
  },
  'Where localStorage fails as well, it is once for a page.': {
    'storage-failures.test.ts': ['and without localStorage: once for a page'],
    'chromium/storage.test.ts': ['and with a full localStorage: once for a page'],
  },
  'A handler that triggers its own intervention is stopped.': {
    'chromium/plugin.test.ts': ['that trigger themselves by an event are stopped after 20 times'],
  },
  'When what it tracks, sets or pushes has started it 20 times within 10 seconds, the intervention is suspended in this page for a minute, with an `error` of the code `handler`, and what is decided meanwhile is `expired`.':
    {
      'feedback.test.ts': [
        'after 20 starts caused by its own handler, an intervention is suspended for a minute, with one error',
        'handlers that cause a start now and then, or 19 in a row, are normal',
        'a handler that pushes its own intervention %s is stopped, too',
        'another tab is not affected',
      ],
    },
  'Calls before the handler returns are traced, through other handlers, too.': {
    'feedback.test.ts': [
      'interleaved chains do not hide a loop: %s',
      'two interventions that trigger each other are suspended, too',
    ],
  },
  'Of later ones, it counts what was tracked after the last start; all that is tracked before the next start counts as one.':
    {
      'feedback.test.ts': [
        'interleaved chains do not hide a loop: %s',
        '60 impressions in one task, repeatedly, are normal',
        '60 pushes in one task are normal',
      ],
    },
  'Listeners of `expired` that do the same wait for a minute.': {
    'feedback.test.ts': ['a listener of "expired" that tracks %s is not called for ever'],
  },
  'What was not started is offered again, with the same `intervention_id`: on the next page or in another tab, when a handler comes, when a hidden page is looked at.':
    {
      'evaluator.test.ts': [
        'an intervention without a handler waits for one, with its id',
        'it also waits for the next page, and is started once',
      ],
      'chromium/plugin.test.ts': [
        'that are added later get the waiting interventions, once',
        'show undelivered interventions of a closed tab',
        'of a hidden page start when it is looked at',
      ],
    },
  'It ends, as `expired`, after `deliverWithin` or with a new session.': {
    'evaluator.test.ts': [
      'after half an hour an intervention expires',
      'deliverWithin sets that time',
      'a new session ends it',
    ],
    'chromium/plugin.test.ts': ['a new session ends interventions without a handler'],
  },
  'While a page is being left nothing is started in it.': {
    'chromium/plugin.test.ts': ['while a slow next page loads, no handler starts; it starts on that page'],
  },
  "After the device's clock was set back, it counts as decided now.": {
    'evaluator.test.ts': ['what waits is offered to other tabs after two seconds, and ends after half an hour, %s'],
    'timers.test.ts': ['a clock that is set back causes a warning, and windows continue from there'],
  },
  'Nobody sees what is for somebody else.': {
    'chromium/held-ids.test.ts': [
      'an intervention that waited for a user is neither shown nor reported to the next one',
      'each shows interventions for its own visitor',
    ],
  },
  'A page shows and reports only what is for the ids that it holds: see [visitors](docs/visitors.md).': {
    'held-ids.test.ts': [
      'of atomic keys are those of the last payload; a missing field means no id',
      "a user's timer does not fire; when the user is back, criteria that still hold fire",
      'a handler that ends is not reported',
    ],
    'chromium/held-ids.test.ts': ['the end of a handler after logout is not reported'],
  },
  'What is switched off is not shown.': {
    'switched-off.test.ts': ['is not dispatched by the next page of the tab, and expires at once'],
  },
  'A page never dispatches an intervention that its own definitions do not contain (name and version).': {
    'switched-off.test.ts': [
      'is not dispatched by the next page of the tab, and expires at once',
      'expires without a handler, too',
    ],
  },
  'It expires if this tab decided it, or after 2 seconds if the page that decided it is gone.': {
    'switched-off.test.ts': [
      'is not dispatched by the next page of the tab, and expires at once',
      'expires in another tab when the page that decided it is gone',
    ],
    'chromium/held-ids.test.ts': [
      'an intervention that left the definitions stays for the tab that decided it, and expires when it closes',
    ],
  },
  'While the page that decided it is open, it stays for that page.': {
    'switched-off.test.ts': [
      'stays while the page that decided it is about to start it',
      'stays although the tab that sees it looked for other pages earlier',
      'stays in a tab that was duplicated, while the page lives',
      'stays for the tab that decided it, while its page lives',
      'a tab with other definitions leaves an intervention to tabs whose definitions contain it',
    ],
  },
  'Pages without loaded definitions leave it alone.': {
    'switched-off.test.ts': ['without loaded definitions, nothing is dispatched and nothing expires'],
  },
  'What was pushed, or came by a stream, is not affected.': {
    'switched-off.test.ts': [
      'a pushed intervention is dispatched although no definitions contain it',
      'an intervention from a stream is dispatched although no definitions contain it',
    ],
  },
  '(A page holds a Web Lock while something that it decided waits, by which others see that it lives.': {
    'switched-off.test.ts': ['a page holds a lock only while one of its interventions waits'],
  },
  'Without locks they leave it alone.': {
    'switched-off.test.ts': ['in a browser without locks, an intervention of another tab stays until it expires'],
  },
  'A page in the back/forward cache counts as gone.)': {
    'chromium/held-ids.test.ts': ['the back/forward cache can keep a page although one of its interventions waits'],
  },
  'Copies for several targets are one intervention: the first whose id is held is dispatched.': {
    'held-ids.test.ts': ['the first one that is held is shown, and the others are then dropped'],
    'chromium/held-ids.test.ts': ['of several targets, the first held one gets the intervention, once'],
  },
  'Events that report on interventions are tracked in the form of the official plugin, and never counted.': {
    'evaluator.test.ts': ['receipts of interventions are not counted'],
    'chromium/plugin.test.ts': ['is measured as by the official plugin'],
  },
  '[What waits, where, how much of it, and for how long](docs/bounds.md) is a table.': {
    'bounds.test.ts': ['js/docs/bounds.md has the table of bounds'],
  },
  "What is in localStorage for a moment is the tracker's payload, as in the tracker's own queue; notes of what was started are hashes and times.":
    {
      'journal.test.ts': [
        'nothing is left when everything is applied',
        'a payload is a copy, with everything that JSON can express',
      ],
      'stored.test.ts': ['localStorage holds payloads until they are counted, then hashes and times only'],
    },
  "What is in IndexedDB (`tripline`) are the visitor's aggregates.": {
    'stored.test.ts': ['the database holds aggregates, and nothing of an event that no attribute reads'],
  },
};

/** Returns the sentences of the section, without its table. */
function sentences(): string[] {
  const section = /^## What it promises\n(.*?)^## /ms.exec(read('../../js/README.md'))?.[1] ?? '';
  const paragraphs = section
    .split('\n')
    .filter((line) => !line.startsWith('|'))
    .join('\n')
    .split(/^- |\n\n/m);
  return paragraphs
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').replaceAll('**', '').trim())
    .flatMap((paragraph) => paragraph.split(/(?<=\.\)?) (?=[A-Z(`])/))
    .filter((sentence) => sentence !== '');
}

test('the promises here are exactly those of the README', () => {
  expect(sentences().length).toBeGreaterThan(30);
  expect(
    sentences().filter((sentence) => !(sentence in promises)),
    'no test is named for',
  ).toEqual([]);
  expect(
    Object.keys(promises).filter((promise) => !sentences().includes(promise)),
    'the README does not promise',
  ).toEqual([]);
});

test.each(Object.entries(promises))('promise: %s', (_, tests) => {
  const named = Object.entries(tests).flatMap(([file, names]) => names.map((name) => [file, name] as const));
  expect(named).not.toEqual([]);
  expect(named.filter(([file, name]) => !names(file).has(name))).toEqual([]);
});

/** Returns the names of a file's tests, without skipped ones. */
function names(file: string): Set<string> {
  const calls = /^ *(?:test\(|\]?\)\(|test\.each\(.*?\)\()\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/gms;
  return new Set(
    [...read(file).matchAll(calls)].map(([, single, double]) => (single ?? double ?? '').replace(/\\(.)/g, '$1')),
  );
}
