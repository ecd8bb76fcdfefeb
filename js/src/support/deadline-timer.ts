// What depends on time: the page is woken when time alone may trigger an intervention, and waits for nothing for ever.

/** setTimeout fires at once beyond this (ms): 2^31 - 1, nearly 25 days. */
export const longestWait = 2 ** 31 - 1;

/**
 * Answers a function that sets the deadline (host clock in ms; Infinity: none) in place of the one before. `onDue` is
 * called at the deadline or a little later; for a far one also before, and it must be set again then.
 */
export function deadlineTimer(onDue: () => void): (deadline: number) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (deadline) => {
    clearTimeout(timer);
    const wait = Math.min(Math.max(deadline - Date.now(), 1), longestWait);
    if (deadline !== Infinity) timer = setTimeout(onDue, wait);
  };
}

/** Whether `promise` is fulfilled in so many ms. Rejects as it does. */
export async function inTime(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeOver = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)));
  try {
    return await Promise.race([promise.then(() => true), timeOver]);
  } finally {
    clearTimeout(timer);
  }
}
