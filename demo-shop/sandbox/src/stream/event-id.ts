// The ids of streamed interventions, for Last-Event-ID. A client can neither read nor make one, so an id reveals
// nothing about other subscribers. An id from another sandbox is ignored.
import { createCipheriv, createDecipheriv } from 'node:crypto';

const cipher = 'aes-128-ecb';
const size = 16;

export class EventIds {
  readonly #secret: Buffer;

  /** `secret` has 16 bytes. */
  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  encode(number: number): string {
    const block = Buffer.alloc(size);
    block.writeBigUInt64BE(BigInt(number), size / 2);
    return createCipheriv(cipher, this.#secret, null).setAutoPadding(false).update(block).toString('base64url');
  }

  decode(id: string): number | undefined {
    const bytes = Buffer.from(id, 'base64url');
    if (bytes.length !== size) return undefined;
    const block = createDecipheriv(cipher, this.#secret, null).setAutoPadding(false).update(bytes);
    // The first half is zero only in what this secret has encrypted.
    return block.readBigUInt64BE(0) === 0n ? Number(block.readBigUInt64BE(size / 2)) : undefined;
  }
}
