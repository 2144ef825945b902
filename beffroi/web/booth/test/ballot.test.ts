// The booth's prover against the core's, by the vectors of tests/core/voting/test_booth_vectors.py. Run by `npm test`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { closeBallot, encrypt, openedJson } from "../ballot.ts";
import { readCode, signingKey } from "../credential.ts";
import { parseElection } from "../election.ts";
import { G, parsePoint, q, text, times } from "../group.ts";
import { randomScalar } from "../randomness.ts";

interface Vector {
  name: string;
  election: string;
  credential: string;
  choices: number[][];
  draws: string[];
  ballot: string;
  tracker: string;
}

const { ballots } = JSON.parse(readFileSync(new URL("ballots.json", import.meta.url), "utf-8")) as { ballots: Vector[] };
const bytes = (said: string) => new TextEncoder().encode(said);

for (const vector of ballots) {
  test(`the same draws give the core's bytes, ${vector.name}`, async () => {
    const left = vector.draws.map(BigInt);
    const election = parseElection(bytes(vector.election));
    const signed = await encrypt(election, vector.credential, vector.choices, () => left.shift()!);
    assert.equal(new TextDecoder().decode(signed.raw), vector.ballot);
    assert.equal(signed.tracker, vector.tracker);
    assert.equal(left.length, 0, "every draw is used");
  });
}

const [first] = ballots as [Vector];
const election = parseElection(bytes(first.election));

test("an opened ballot has no signature, and its numbers give its ciphertexts", async () => {
  const x = signingKey(election.uuid, first.credential);
  const closed = await closeBallot(election, x, [[0, 1, 0]]);
  const opened = JSON.parse(openedJson(closed));
  assert.deepEqual(Object.keys(opened.ballot), ["election_uuid", "election_hash", "credential", "answers"]);
  opened.randomness[0].forEach((said: string, i: number) => {
    const r = BigInt(said);
    assert.equal(opened.ballot.answers[0].choices[i].alpha, text(times(r, G)));
    const hidden = times(BigInt(opened.choices[0][i]), G);
    assert.equal(opened.ballot.answers[0].choices[i].beta, text(times(r, election.key).add(hidden)));
  });
});

test("choices that the question does not allow are never encrypted", async () => {
  const x = signingKey(election.uuid, first.credential);
  for (const wrong of [[0, 0, 0], [0, 1, 1], [1, 1, 0], [0, 1], [0, 2, 0]]) {
    await assert.rejects(closeBallot(election, x, [wrong]), /does not allow/, String(wrong));
  }
});

test("a key that is no member of the group is refused", () => {
  const wrong = {
    "the identity": "0".repeat(63) + "1",
    "a point of order 2": "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec",
    "a point of order 8": "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7",
    "not canonical": "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffee",
    "capitals": text(election.key).toUpperCase(),
    "short": text(G).slice(1),
    "a point of order 8 q": text(G.add(parseAnyway("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7"))),
  };
  for (const [name, point] of Object.entries(wrong)) assert.throws(() => parsePoint(point), undefined, name);
  assert.equal(text(parsePoint(text(G))), text(G));
});

test("an election that this booth cannot vote in is refused", () => {
  const changed = (change: object) => bytes(JSON.stringify({ ...JSON.parse(first.election), ...change }));
  const [question] = JSON.parse(first.election).questions;
  for (const change of [
    { version: 2 },
    { group: "BELENIOS-2048" },
    { uuid: "with spaces here" },
    { questions: [] },
    { questions: [{ type: "NonHomomorphic", value: question }] },
    { questions: [{ ...question, max: 3 }] },
    { questions: [{ ...question, min: 2 }] },
  ]) {
    assert.throws(() => parseElection(changed(change)), undefined, JSON.stringify(change));
  }
});

test("a code is read with any spaces and dashes, and nothing is guessed", () => {
  const code = "aBcDe-FGHJKL-12345-MNPQRS";
  for (const typed of [code, "aBcDeFGHJKL12345MNPQRS", " aBcDe FGHJKL 12345 MNPQRS ", "aBcDe–FGHJKL—12345−MNPQRS\u00a0"]) {
    assert.equal(readCode(typed), code);
  }
  assert.deepEqual(readCode(" - "), { kind: "empty" });
  assert.deepEqual(readCode("aBcDe-FGHJKL-12345-MNPQR"), { kind: "length", count: 21 });
  assert.deepEqual(readCode("aBcDe-FGHJKL-02345-MNPQRS"), { kind: "sign", sign: "0" });
  assert.deepEqual(readCode("aBcDe-FGHJKL-l2345-MNPQRS"), { kind: "sign", sign: "l" });
  assert.deepEqual(readCode("aBcDe-FGHJKL-é2345-MNPQRS"), { kind: "sign", sign: "é" });
});

test("a scalar that is not below q is drawn again, never reduced", (t) => {
  const offered = [q, 0n, q - 1n].map(littleEndian);
  t.mock.method(crypto, "getRandomValues", (target: Uint8Array) => {
    target.set(offered.shift()!);
    return target;
  });
  assert.equal(randomScalar(), q - 1n);
  assert.equal(offered.length, 0);
});

function littleEndian(number: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 255n));
}

function parseAnyway(written: string): typeof G {
  return (G.constructor as unknown as { fromHex(hex: string): typeof G }).fromHex(
    written.match(/../g)!.reverse().join(""),
  );
}
