// The booth accepts a receipt exactly when the core does. Run by `npm test`; tests/core/test_receipt.py makes the same vector.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";

import { G, mod, q, times } from "../group.ts";
import { receiptHolds } from "../receipt.ts";

interface Vector {
  seed: string;
  key: string;
  fingerprint: string;
  tracker: string;
  receipt: string;
}

const vector = JSON.parse(readFileSync(new URL("receipt.json", import.meta.url), "utf-8")) as Vector;
const { key, fingerprint, tracker, receipt } = vector;
const holds = (raw: string) => receiptHolds(raw, key, fingerprint, tracker);
const signature = (JSON.parse(receipt) as { signature: string }).signature;
const signed = (other: string) => receipt.replace(signature, other);

test("a receipt of the core holds", () => {
  assert.ok(holds(receipt));
});

test("no sign of it can be changed, left out or added", () => {
  for (let i = 0; i <= receipt.length; i++) {
    const other = receipt[i] === "1" ? "2" : "1";
    assert.ok(!holds(receipt.slice(0, i) + other + receipt.slice(i + 1)), `sign ${i} changed`);
    assert.ok(!holds(receipt.slice(0, i) + receipt.slice(i + 1)) || i === receipt.length, `sign ${i} left out`);
    assert.ok(!holds(`${receipt.slice(0, i)} ${receipt.slice(i)}`), `a space at ${i}`);
  }
});

test("a receipt for another ballot, election or key is none for this one", () => {
  assert.ok(!receiptHolds(receipt, key, fingerprint, "A".repeat(43)));
  assert.ok(!receiptHolds(receipt, key, "A".repeat(43), tracker));
  assert.ok(!receiptHolds(receipt, key.replace("mairie", "other"), fingerprint, tracker));
  for (const wrong of ["", "name", "name+00000000+AAAA", `${key}A`]) assert.ok(!receiptHolds(receipt, wrong, fingerprint, tracker));
  for (const wrong of ["", "null", "[]", "{}", "1"]) assert.ok(!holds(wrong));
});

test("a second writing of a signature is refused, as the core refuses it", () => {
  const S = BigInt(`0x${bytesToHex(hexToBytes(signature.slice(64)).reverse())}`) + q;
  const other = bytesToHex(hexToBytes(S.toString(16).padStart(64, "0")).reverse());
  assert.ok(!holds(signed(signature.slice(0, 64) + other)));
});

test("a signature that only a lenient verifier takes is refused, as the core refuses it", () => {
  const { scalar, pointBytes } = ed25519.utils.getExtendedPublicKey(hexToBytes(vector.seed));
  const order8 = ed25519.Point.fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
  const { signature: _, ...unsigned } = JSON.parse(receipt) as Record<string, unknown>;
  const message = new TextEncoder().encode(`beffroi-ballot-receipt-1\0${JSON.stringify(unsigned)}`);
  const R = times(5n, G).add(order8).toBytes();
  const k = BigInt(`0x${bytesToHex(sha512(concatBytes(R, pointBytes, message)).reverse())}`);
  const S = mod(5n + mod(k) * scalar);
  const made = concatBytes(R, hexToBytes(S.toString(16).padStart(64, "0")).reverse());
  assert.ok(ed25519.verify(made, message, pointBytes, { zip215: true }));
  assert.ok(!holds(signed(bytesToHex(made))));
});
