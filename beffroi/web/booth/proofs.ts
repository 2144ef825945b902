// Zero-knowledge proofs (docs/specs/voting.md, "Proofs"), with the letters of beffroi/core/voting/proofs.py.

import { G, hashToScalar, mod, times, type Point } from "./group.ts";
import type { Draw } from "./randomness.ts";

/** A challenge and a response, both modulo q, as a ballot writes them: in decimal. */
export interface Proof {
  challenge: string;
  response: string;
}

/** What the prover knows of "this ciphertext hides 0": alpha = r*G, beta = r*y + excess*G. */
export interface Opening {
  r: bigint;
  excess: bigint;
}

/** That we know x of x*G. Draws one nonce. */
export function proveKnowledge(x: bigint, prefix: string, draw: Draw): Proof {
  const w = draw();
  return respond(w, x, hashToScalar(prefix, [times(w, G)]));
}

/**
 * That one of the openings has no excess, without saying which: the first such one is genuine, the others are made up.
 * Draws challenge and response of each made-up branch, in order, then one nonce.
 */
export function proveDisjunction(y: Point, prefix: string, openings: readonly Opening[], draw: Draw): Proof[] {
  const genuine = openings.findIndex((opening) => opening.excess === 0n);
  if (genuine < 0) throw new Error("nothing to prove");
  const faked = openings.map((_, k) => (k === genuine ? { c: 0n, s: 0n } : { c: draw(), s: draw() }));
  const w = draw();
  const commitments = openings.flatMap((opening, k) =>
    k === genuine ? [times(w, G), times(w, y)] : fake(y, opening, faked[k]!.c, faked[k]!.s),
  );
  const others = faked.reduce((sum, { c }) => sum + c, 0n);
  const real = respond(w, openings[genuine]!.r, mod(hashToScalar(prefix, commitments) - others));
  return faked.map(({ c, s }, k) => (k === genuine ? real : { challenge: String(c), response: String(s) }));
}

/** s*G + c*alpha and s*y + c*beta, from fixed bases only, because alpha and beta are known by their opening. */
function fake(y: Point, opening: Opening, c: bigint, s: bigint): Point[] {
  const t = mod(s + opening.r * c);
  return [times(t, G), times(t, y).add(times(mod(opening.excess * c), G))];
}

function respond(w: bigint, x: bigint, challenge: bigint): Proof {
  return { challenge: String(challenge), response: String(mod(w - x * challenge)) };
}
