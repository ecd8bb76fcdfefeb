// Limits of what waits, where and for how long. The table in js/docs/bounds.md has the same numbers,
// which a test checks.

/** Events of one page that wait to be counted: tracked events, attributes that were set, pushed interventions. */
export const mostEvents = 1000;
/** Characters of their keys and values in localStorage; the other events wait in the page's memory. */
export const mostCharacters = 500_000;
/** Characters in localStorage for all pages of the origin. The oldest page's events are dropped first. */
export const mostCharactersOfOrigin = 1_000_000;
/** Time that an event waits in localStorage (ms). */
export const longestInJournal = 30 * 24 * 3_600_000;
/** Time that `doctor()` takes (ms). */
export const longestExamination = 1000;
/** Default time limit for definitions, module and the files that are loaded on demand (ms). */
export const longestLoad = 30_000;
/** Default time that an intervention waits for a handler (ms). */
export const longestInOutbox = 30 * 60_000;
/** Hashes of started interventions in the state, and as many notes of them in localStorage. */
export const mostStarted = 2000;
/** Lifetime of a note in localStorage (ms). */
export const longestNote = 24 * 3_600_000;
/** Time that a claim is held after a start (ms): by then every tab can read the note of it. */
export const longestClaim = 2000;
/** Time limit for the browser to grant or refuse a lock (ms). */
export const longestLockRequest = 1000;
/** Time limit of a transaction, including the opening of the database (ms). */
export const longestTransaction = 5000;
/** Number of starts in a row, caused by the intervention's own handlers, that suspend it in this page. */
export const mostFed = 20;
/** The starts count if they are within this time (ms). */
export const longestFed = 10_000;
/** Time that an intervention stays suspended (ms). */
export const longestSuspension = 60_000;
/** Characters of a stream's message. */
export const longestMessage = 1_000_000;
/** Time between two attempts to open a stream (ms). A `retry:` of the server is kept within the two. */
export const shortestRetry = 1000;
export const longestRetry = 60_000;
/** Longest `Retry-After` of a server that is obeyed (ms). */
export const longestRetryAfter = 600_000;
/** Time that a hidden page keeps its stream (ms): a browser has six connections to a server over HTTP/1.1. */
export const longestHidden = 60_000;
/** Time that a stream's message waits for the page's definitions to load (ms): they may have fired already. */
export const longestWaitForDefinitions = 2000;
/** Time after which a plugin without definitions and without a subscription warns that nothing decides (ms). */
export const longestWaitForSubscription = 2000;
