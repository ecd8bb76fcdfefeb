// How much waits, where and for how long. The table under "What it promises" in README.md says the same, which a test checks.

/** Events of one page that wait to be counted: what was tracked, set or pushed. */
export const mostEvents = 1000;
/** Of these in localStorage, in characters of keys and values; the others wait in the page's memory. */
export const mostCharacters = 500_000;
/** In localStorage for all pages of the origin, in characters. The oldest page's events go first. */
export const mostCharactersOfOrigin = 1_000_000;
/** In localStorage (ms). */
export const longestInJournal = 30 * 24 * 3_600_000;
/** The doctor's answer (ms). */
export const longestExamination = 1000;
/** Definitions, module and the files that are loaded on demand, by default (ms). */
export const longestLoad = 30_000;
/** An intervention that no handler was started for, by default (ms). */
export const longestInOutbox = 30 * 60_000;
/** Hashes of what was started, in the state; as many notes of it in localStorage. */
export const mostStarted = 2000;
/** A note in localStorage (ms). */
export const longestNote = 24 * 3_600_000;
/** A claim after a start (ms): until then every tab can read the note of it. */
export const longestClaim = 2000;
/** A browser that is asked for a lock (ms). */
export const longestLockRequest = 1000;
/** A transaction, the opening of the database included (ms). */
export const longestTransaction = 5000;
/** Starts of an intervention in a row that its own handlers caused, */
export const mostFed = 20;
/** within so many ms, */
export const longestFed = 10_000;
/** suspend it in this page (ms). */
export const longestSuspension = 60_000;
/** A message of a stream, in characters. */
export const longestMessage = 1_000_000;
/** Between two attempts to open a stream (ms). A `retry:` of the server is kept within the two. */
export const shortestRetry = 1000;
export const longestRetry = 60_000;
/** A `Retry-After` of the server (ms). */
export const longestRetryAfter = 600_000;
/** A hidden page keeps its stream for so long (ms): a browser has six connections to a server over HTTP/1.1. */
export const longestHidden = 60_000;
/** A message of a stream waits for rules of the page that are still loading (ms): they may have fired already. */
export const longestWaitForRules = 2000;
/** The plugin's user, for definitions or a subscription (ms): then it warns that nothing decides. */
export const longestWaitForSubscription = 2000;
