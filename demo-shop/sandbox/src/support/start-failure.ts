import { printable } from './printable.ts';

/** A reason why the sandbox cannot start that its user can do something about; the message says what. */
export class StartFailure extends Error {
  /** It may show what is in the folder. */
  constructor(message: string) {
    super(printable(message));
  }
}
