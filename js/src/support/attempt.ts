/** What `use` answers; undefined: it throws. For what may fail without anybody being told. */
export function attempt<Result>(use: () => Result): Result | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
