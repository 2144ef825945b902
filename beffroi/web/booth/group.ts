// Ed25519 as the voting protocol writes it (docs/specs/voting.md, "Groups"). Additive notation: times(s, P) is P**s there.

import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

export type Point = InstanceType<typeof ed25519.Point>;

/** The order of the group, a prime of 253 bits. */
export const q: bigint = ed25519.Point.Fn.ORDER;

/** The base point of RFC 8032. */
export const G: Point = ed25519.Point.BASE;

const IDENTITY: Point = ed25519.Point.ZERO;

/** A number modulo q, from 0 to q - 1. */
export function mod(number: bigint): bigint {
  const rest = number % q;
  return rest < 0n ? rest + q : rest;
}

/** P added s times. Prepared points (G and the election's key) answer from a table. */
export function times(s: bigint, P: Point): Point {
  return s === 0n ? IDENTITY : P.multiply(s); // the library refuses 0
}

/** Makes the table of a point that will be multiplied many times: every multiplication of a ballot is of G or of y. */
export function prepare(P: Point): Point {
  P.precompute(6, false);
  return P;
}

/** The point's string: the RFC 8032 bytes reversed, in lower-case hexadecimal. */
export function text(P: Point): string {
  return bytesToHex(P.toBytes().reverse());
}

/** The point of such a string. Throws unless it is canonical, of prime order and not the identity. */
export function parsePoint(written: string): Point {
  if (!/^[0-9a-f]{64}$/.test(written)) throw new Error("a point is 64 lower-case hexadecimal digits");
  const P = ed25519.Point.fromBytes(hexToBytes(written).reverse());
  if (P.is0() || !P.isTorsionFree() || text(P) !== written) throw new Error("a point outside the group");
  return P;
}

/** SHA-256 of the prefix and of the points' strings joined by commas, big-endian, modulo q. */
export function hashToScalar(prefix: string, points: readonly Point[]): bigint {
  return mod(BigInt("0x" + bytesToHex(sha256(utf8ToBytes(prefix + points.map(text).join(","))))));
}

/** SHA-256 in lower-case hexadecimal. */
export function sha256Hex(said: string): string {
  return bytesToHex(sha256(utf8ToBytes(said)));
}

/** SHA-256 in base64 without padding, 43 characters: fingerprints and trackers. */
export function sha256Base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...sha256(bytes))).replace(/=+$/, "");
}
