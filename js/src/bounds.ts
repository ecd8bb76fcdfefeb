// How much waits, where and for how long. The table under "What it promises" in README.md says the same, which a test checks.

/** Events of one page that wait to be counted: what was tracked, set or pushed. */
export const mostEvents = 1000;
/** Of these in localStorage, in characters of keys and values; the others wait in the page's memory. */
export const mostCharacters = 500_000;
/** In localStorage for all pages of the origin, in characters. The oldest page's events go first. */
export const mostCharactersOfOrigin = 1_000_000;
/** In localStorage (ms). */
export const longestInJournal = 30 * 24 * 3_600_000;
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
