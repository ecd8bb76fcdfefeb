// Timers: they wake the page when time alone may trigger an intervention, and end every wait.

/** setTimeout fires at once beyond this (ms): 2^31 - 1, nearly 25 days. */
export const longestWait = 2 ** 31 - 1;

/**
 * Returns a function that sets the deadline (host clock in ms; Infinity: none) in place of the one before. `onDue` is
 * called at the deadline or a little later. If the deadline is beyond `longestWait`, `onDue` is called before it and
 * must set it again.
 */
export function deadlineTimer(onDue: () => void): (deadline: number) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (deadline) => {
    clearTimeout(timer);
    const wait = Math.min(Math.max(deadline - Date.now(), 1), longestWait);
    if (deadline !== Infinity) timer = setTimeout(onDue, wait);
  };
}

/** Resolves with true if `promise` is fulfilled within `ms`, else with false. Rejects if it rejects by then. */
export async function inTime(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeOver = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)));
  try {
    return await Promise.race([promise.then(() => true), timeOver]);
  } finally {
    clearTimeout(timer);
  }
}
