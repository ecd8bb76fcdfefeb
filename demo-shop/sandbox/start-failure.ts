/** A reason why the sandbox cannot start that its user can do something about; the message says what. */
export class StartFailure extends Error {}
