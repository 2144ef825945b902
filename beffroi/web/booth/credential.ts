// The code of the voter's letter: how it is written, and the key that it becomes (docs/specs/voting.md, "Credentials").

import { mod, sha256Hex } from "./group.ts";

const LENGTH = 22;
const FOREIGN = /[^1-9A-HJ-NP-Za-km-z]/u;

/** Why what was typed cannot be a code. */
export type Problem = { kind: "empty" } | { kind: "sign"; sign: string } | { kind: "length"; count: number };

/**
 * The code in its one form, XXXXX-XXXXXX-XXXXX-XXXXXX, from what was typed with any spaces and any dashes, or the problem.
 * Nothing is guessed: a capital is not a small letter.
 */
export function readCode(typed: string): string | Problem {
  const signs = typed.replace(/[\s\p{Dash_Punctuation}\u2212\u200b]/gu, "");
  if (signs === "") return { kind: "empty" };
  const foreign = FOREIGN.exec(signs);
  if (foreign) return { kind: "sign", sign: foreign[0] };
  if (signs.length !== LENGTH) return { kind: "length", count: signs.length };
  return [signs.slice(0, 5), signs.slice(5, 11), signs.slice(11, 16), signs.slice(16)].join("-");
}

/** The signing key x of a code in an election: two SHA-256 side by side, modulo q. */
export function signingKey(uuid: string, code: string): bigint {
  const half = (i: number) => sha256Hex(`derive_credential|${uuid}|${i}|${code}`);
  return mod(BigInt("0x" + half(0) + half(1)));
}
