// The receipt that the box signs for a ballot (docs/specs/voting.md 9.4): checked here, so that a voter who is given one that
// proves nothing is told so at once, and not when she needs it.

import { ed25519 } from "@noble/curves/ed25519.js";
import { concatBytes, hexToBytes } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

import { G, mod, q, times } from "./group.ts";

const KIND = "beffroi-ballot-receipt-1";

/** Whether these are the exact bytes of a receipt for this ballot of this election, signed by the journal's published key. */
export function receiptHolds(raw: string, key: string, fingerprint: string, tracker: string): boolean {
  try {
    const { height, head, signature } = JSON.parse(raw) as Record<string, unknown>;
    if (!Number.isSafeInteger(height) || Number(height) < 1 || !hex(head, 64) || !hex(signature, 128)) return false;
    const unsigned = { kind: KIND, fingerprint, tracker, height, head, key };
    if (raw !== JSON.stringify({ ...unsigned, signature })) return false;
    return signatureHolds(publicKey(key), utf8ToBytes(`${KIND}\0${JSON.stringify(unsigned)}`), hexToBytes(signature));
  } catch {
    return false;
  }
}

function hex(value: unknown, length: number): value is string {
  return typeof value === "string" && value.length === length && /^[0-9a-f]*$/.test(value);
}

/** The 32 bytes of a key that is published as name+hash+base64. */
function publicKey(key: string): Uint8Array {
  const [, , ...encoded] = key.split("+");
  const bytes = Uint8Array.from(atob(encoded.join("+")), (sign) => sign.charCodeAt(0));
  if (bytes.length !== 33 || bytes[0] !== 1) throw new Error("no Ed25519 key");
  return bytes.slice(1);
}

/** RFC 8032, 5.1.7, as strictly as the core's verifier: what is accepted here is accepted there. */
function signatureHolds(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const A = ed25519.Point.fromBytes(key);
  const [R, S] = [signature.slice(0, 32), number(signature.slice(32))];
  if (A.is0() || !A.isTorsionFree() || S >= q) return false;
  const k = mod(number(sha512(concatBytes(R, key, message))));
  return times(S, G).subtract(times(k, A)).toBytes().every((byte, i) => byte === R[i]);
}

function number(littleEndian: Uint8Array): bigint {
  return littleEndian.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
