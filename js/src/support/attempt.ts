/** Returns the result of `use`, or undefined if it throws. For calls whose failure needs no error. */
export function attempt<Result>(use: () => Result): Result | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
