// The ballot: closed (encrypted and proved), then either opened to be checked or signed to be cast. Never both: what was
// opened has no signature, and what is signed has forgotten its numbers. Same bytes as beffroi/core/voting/ballot.py.

import { utf8ToBytes } from "@noble/hashes/utils.js";

import { signingKey } from "./credential.ts";
import { allows, type Election, type Question } from "./election.ts";
import { G, mod, sha256Base64, text, times, type Point } from "./group.ts";
import { proveDisjunction, proveKnowledge, type Opening, type Proof } from "./proofs.ts";
import { randomScalar, type Draw } from "./randomness.ts";

interface Ciphertext {
  alpha: string;
  beta: string;
}

interface Answer {
  choices: Ciphertext[];
  individual_proofs: Proof[][];
  overall_proof: Proof[];
  blank_proof?: Proof[];
}

interface Unsigned {
  election_uuid: string;
  election_hash: string;
  credential: string;
  answers: Answer[];
}

/** A ballot without its signature; `hash` is what the signature will sign, `nonces` what opens it. */
export interface ClosedBallot {
  unsigned: Unsigned;
  hash: string;
  choices: readonly (readonly number[])[];
  nonces: bigint[][];
}

/** A ballot ready for the box: its exact bytes and the tracker that finds it there. */
export interface SignedBallot {
  raw: Uint8Array;
  tracker: string;
}

/** Called between two proofs, so that a slow device can draw its screen. */
export type Pause = () => Promise<void>;

/** Encrypts the choices, one list of 0 and 1 for each question (blank first), and proves that they are well formed. */
export async function closeBallot(
  election: Election,
  x: bigint,
  choices: readonly (readonly number[])[],
  draw: Draw = randomScalar,
  pause: Pause = async () => {},
): Promise<ClosedBallot> {
  if (choices.length !== election.questions.length) throw new Error("one list of choices for each question");
  const credential = text(times(x, G));
  const closed: ClosedBallot = {
    unsigned: { election_uuid: election.uuid, election_hash: election.fingerprint, credential, answers: [] },
    hash: "",
    choices,
    nonces: [],
  };
  for (const [i, question] of election.questions.entries()) {
    const chosen = choices[i]!;
    if (!allows(question, chosen)) throw new Error("choices that the question does not allow");
    const nonces = chosen.map(() => draw());
    const S0 = `${election.fingerprint}|${credential}`;
    closed.unsigned.answers.push(await answer(election.key, question, chosen, nonces, S0, draw, pause));
    closed.nonces.push(nonces);
  }
  closed.hash = sha256Base64(utf8ToBytes(JSON.stringify(closed.unsigned)));
  return closed;
}

/** Signs a closed ballot with the key of its credential. Draws one nonce, the last of the ballot. */
export function signBallot(closed: ClosedBallot, x: bigint, draw: Draw = randomScalar): SignedBallot {
  const proof = proveKnowledge(x, `sig|${closed.hash}|`, draw);
  const raw = utf8ToBytes(JSON.stringify({ ...closed.unsigned, signature: { hash: closed.hash, proof } }));
  return { raw, tracker: sha256Base64(raw) };
}

/** A closed ballot with all that is needed to compute its ciphertexts anew: what the voter keeps when she opens it. */
export function openedJson(closed: ClosedBallot): string {
  return JSON.stringify({
    kind: "beffroi-opened-ballot-1",
    hash: closed.hash,
    choices: closed.choices,
    randomness: closed.nonces.map((nonces) => nonces.map(String)),
    ballot: closed.unsigned,
  });
}

/** The whole ballot at once, for the code of a letter: the twin of `encrypt` in the core. */
export async function encrypt(
  election: Election,
  code: string,
  choices: readonly (readonly number[])[],
  draw: Draw = randomScalar,
): Promise<SignedBallot> {
  const x = signingKey(election.uuid, code);
  return signBallot(await closeBallot(election, x, choices, draw), x, draw);
}

async function answer(
  y: Point,
  question: Question,
  chosen: readonly number[],
  nonces: readonly bigint[],
  S0: string,
  draw: Draw,
  pause: Pause,
): Promise<Answer> {
  const cipher: { alpha: Point; beta: Point }[] = [];
  for (const [i, m] of chosen.entries()) {
    cipher.push({ alpha: times(nonces[i]!, G), beta: times(nonces[i]!, y).add(times(BigInt(m), G)) });
    await pause();
  }
  const individual_proofs: Proof[][] = [];
  for (const [i, m] of chosen.entries()) {
    const r = nonces[i]!;
    const openings = [0, 1].map((v) => ({ r, excess: BigInt(m - v) }));
    individual_proofs.push(proveDisjunction(y, `prove|${S0}|${strings([cipher[i]!])}|`, openings, draw));
    await pause();
  }
  const S = `${S0}|${strings(cipher)}`;
  const first = question.blank ? 1 : 0;
  const total = chosen.slice(first).reduce((sum, m) => sum + m, 0);
  const r = mod(nonces.slice(first).reduce((sum, nonce) => sum + nonce, 0n));
  const sums: Opening[] = [];
  for (let v = question.min; v <= question.max; v++) sums.push({ r, excess: BigInt(total - v) });
  const made = { choices: cipher.map(({ alpha, beta }) => ({ alpha: text(alpha), beta: text(beta) })), individual_proofs };
  if (!question.blank) {
    const product = cipher.reduce((a, b) => ({ alpha: a.alpha.add(b.alpha), beta: a.beta.add(b.beta) }));
    return { ...made, overall_proof: proveDisjunction(y, `prove|${S}|${strings([product])}|`, sums, draw) };
  }
  const blank = { r: nonces[0]!, excess: BigInt(chosen[0]!) };
  const blank_proof = proveDisjunction(y, `bproof0|${S}|`, [blank, { r, excess: BigInt(total) }], draw);
  await pause();
  const notBlank = { r: blank.r, excess: blank.excess - 1n };
  return { ...made, overall_proof: proveDisjunction(y, `bproof1|${S}|`, [notBlank, ...sums], draw), blank_proof };
}

function strings(ciphertexts: readonly { alpha: Point; beta: Point }[]): string {
  return ciphertexts.map(({ alpha, beta }) => `${text(alpha)},${text(beta)}`).join(",");
}
