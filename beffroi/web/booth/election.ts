// The public parameters of an election, read from the bytes that the server publishes and that the journal fingerprints.

import { parsePoint, prepare, sha256Base64, type Point } from "./group.ts";

/** From `min` to `max` answers, or blank when `blank` allows it. */
export interface Question {
  question: string;
  answers: string[];
  min: number;
  max: number;
  blank: boolean;
}

export interface Election {
  uuid: string;
  fingerprint: string;
  key: Point;
  questions: Question[];
}

/** Reads election.json. Throws when it is not an election that this booth can vote in. */
export function parseElection(raw: Uint8Array): Election {
  const found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw)) as Record<string, unknown>;
  if (found["version"] !== 1 || found["group"] !== "Ed25519") throw new Error("another version or another group");
  const { uuid, public_key, questions } = found;
  if (typeof uuid !== "string" || !/^[1-9A-HJ-NP-Za-km-z]{14,64}$/.test(uuid)) throw new Error("no uuid");
  if (typeof public_key !== "string" || !Array.isArray(questions) || questions.length === 0) {
    throw new Error("no key or no question");
  }
  return {
    uuid,
    fingerprint: sha256Base64(raw),
    key: prepare(parsePoint(public_key)),
    questions: questions.map(readQuestion),
  };
}

function readQuestion(value: Record<string, unknown>): Question {
  const { question, answers, min, max, blank = false } = value;
  if (
    "type" in value ||
    typeof question !== "string" ||
    !Array.isArray(answers) ||
    !answers.every((answer) => typeof answer === "string") ||
    !Number.isInteger(min) ||
    !Number.isInteger(max) ||
    typeof blank !== "boolean"
  ) {
    throw new Error("a kind of question that is not supported");
  }
  const bounds = { min: min as number, max: max as number };
  if (!(0 <= bounds.min && bounds.min <= bounds.max && bounds.max <= answers.length)) throw new Error("wrong bounds");
  return { question, answers, blank, ...bounds };
}

/** Whether these 0 and 1, one for each ciphertext and blank first, answer the question as its rules want. */
export function allows(question: Question, chosen: readonly number[]): boolean {
  const size = question.answers.length + (question.blank ? 1 : 0);
  if (chosen.length !== size || chosen.some((m) => m !== 0 && m !== 1)) return false;
  const total = chosen.slice(question.blank ? 1 : 0).reduce((sum, m) => sum + m, 0);
  if (question.blank && chosen[0] === 1) return total === 0;
  return question.min <= total && total <= question.max;
}
