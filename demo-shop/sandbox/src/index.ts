/**
 * The sandbox as a library: another server starts it beside itself, and applies the same checks to its own pages.
 *
 * @module
 */
export { greeting } from './greeting.ts';
export { hostName, isFromPageOf, loopbackNames } from './http/security.ts';
export { readOptions, type Limits, type Options } from './options.ts';
export { createSandbox, type Sandbox } from './sandbox.ts';
export { StartFailure } from './support/start-failure.ts';
