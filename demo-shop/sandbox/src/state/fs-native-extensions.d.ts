// The package has no types of its own.
declare module 'fs-native-extensions' {
  /** Locks a file that is open for writing, for as long as it stays open. False: another process has it. */
  export function tryLock(descriptor: number): boolean;
}
