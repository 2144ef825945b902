// The only source of chance in the booth: the browser's cryptographic generator.

import { q } from "./group.ts";

/** Gives one scalar, 0 < s < q. The order in which a ballot draws them is docs/specs/voting.md, "Order of draws". */
export type Draw = () => bigint;

/** A uniform scalar: what is not smaller than q is thrown away, never reduced, so that no value is likelier than another. */
export function randomScalar(): bigint {
  const bytes = new Uint8Array(32);
  for (;;) {
    crypto.getRandomValues(bytes);
    bytes[31]! &= 0x1f; // q has 253 bits: half of the draws are kept
    const s = fromLittleEndian(bytes);
    if (s > 0n && s < q) {
      bytes.fill(0);
      return s;
    }
  }
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  let number = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) number = (number << 8n) | BigInt(bytes[i]!);
  return number;
}
