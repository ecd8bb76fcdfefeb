import { printable } from './printable.ts';

/** A reason why the sandbox cannot start. Its user can remove it; the message says how. */
export class StartFailure extends Error {
  /** `message` may hold content of files in the folder, so control characters are escaped. */
  constructor(message: string) {
    super(printable(message));
  }
}
