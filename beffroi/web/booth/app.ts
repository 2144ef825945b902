// The booth: the voter's way from one screen to the next (docs/specs/booth.md). Nothing is stored on the device; what is
// secret is held here, in `held`, and let go as soon as it has served.

import { closeBallot, openedJson, signBallot, type ClosedBallot, type SignedBallot } from "./ballot.ts";
import { readCode, signingKey } from "./credential.ts";
import { parseElection, type Election } from "./election.ts";
import { element, fill, fillGroups, on, only, part, show } from "./page.ts";
import { receiptHolds } from "./receipt.ts";
import { cast, readElection, readState, type Outcome } from "./server.ts";

const SLICE = 30; // milliseconds of computing before the screen may be drawn
const PATIENCE = 200; // milliseconds before the voter is told that something is being done
const ERRORS = ["code-empty", "code-sign", "code-length", "code-unknown"];
const TROUBLES = ["silence", "sign-in", "refused", "refused-code"];
// The box refuses the code and not the ballot: the voter may correct it.
const CODE_RULES = ["votations.unknown_credential", "votations.credential_used", "votations.wrong_credential"];

/** What the booth remembers, and until when. */
interface Held {
  choice?: number; // until the ballot is in the box, or opened
  key?: bigint; // until the ballot is signed, or opened
  closed?: ClosedBallot; // until it is signed, or opened
  signed?: SignedBallot; // until it is in the box
}

const main = element<HTMLElement>("contenu");
const code = element<HTMLInputElement>("code");
const choices = element<HTMLFormElement>("choices");
let election: Election;
let held: Held = {};
let busy = false;
const offered: Record<string, string> = {}; // addresses of the files that the voter may save, by the link's identifier

void start();

async function start(): Promise<void> {
  choices.reset();
  try {
    const [raw, state] = await Promise.all([readElection(main.dataset["electionUrl"]!), readState(main.dataset["stateUrl"]!)]);
    fill("reason", state.reason);
    // A reason is one that signing in does not lift: too young, an agent's session, too early.
    if (!state.open || state.reason !== "" || (state.signed_in && !state.registered)) {
      part("no-reason", state.reason === "");
      show("shut", false);
      return;
    }
    election = parseElection(raw);
    checkQuestion();
    part("signed-out", !state.signed_in);
    part("voted", state.voted);
    show("choose", false);
  } catch {
    show("broken", false);
  }
}

/** The page and the election must ask the same thing: what is encrypted is an answer to the election's question. */
function checkQuestion(): void {
  const [question, ...others] = election.questions;
  const plain = (said: string) => said.replace(/\s+/gu, " ").trim();
  if (
    others.length > 0 ||
    !question!.blank ||
    question!.min !== 1 ||
    question!.max !== 1 ||
    plain(question!.question) !== plain(main.dataset["question"]!) ||
    question!.answers.join("|") !== main.dataset["answers"]
  ) {
    throw new Error("the page and the election differ");
  }
}

// 1. Choose, 2. read over

choices.addEventListener("submit", (event) => {
  event.preventDefault();
  const chosen = choices.querySelector<HTMLInputElement>("input:checked");
  part("nothing-chosen", !chosen);
  if (!chosen) {
    choices.querySelector("input")!.focus();
    return;
  }
  held.choice = Number(chosen.value);
  fill("chosen", chosen.dataset["word"]!);
  show("review");
});
choices.addEventListener("change", () => part("nothing-chosen", false));
on("change", () => show("choose"));
on("confirm", () => show("code"));
on("back", () => show("review"));

// 3. Close: the letter's code, then encryption

code.addEventListener("change", () => {
  const read = readCode(code.value);
  if (typeof read === "string") code.value = read; // in the letter's own groups, to be compared with it
});
code.addEventListener("input", () => codeProblem(""));

element("code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const read = readCode(code.value);
  if (typeof read !== "string") {
    if (read.kind === "sign") fill("sign", read.sign);
    if (read.kind === "length") fill("count", String(read.count));
    codeProblem(`code-${read.kind}`);
    code.focus();
    return;
  }
  code.value = read;
  void once(() => close(read));
});

function codeProblem(name: string): void {
  only(ERRORS, name);
  element("code-field").classList.toggle("wrong", name !== "");
  if (name) code.setAttribute("aria-invalid", "true");
  else code.removeAttribute("aria-invalid");
}

async function close(read: string): Promise<void> {
  const waiting = setTimeout(() => part("closing", true), PATIENCE);
  const chosen = [0, 1, 2].map((index) => (index === held.choice ? 1 : 0));
  held.key = signingKey(election.uuid, read);
  held.closed = await closeBallot(election, held.key, [chosen], undefined, breather());
  clearTimeout(waiting);
  part("closing", false);
  fillGroups("hash", held.closed.hash);
  part("undecided", true);
  part("signed", false);
  only(TROUBLES, "");
  show("closed");
}

/** Lets the screen be drawn whenever a slice of computing has passed. */
function breather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
}

// 3, in doubt: open the ballot. It was never signed, and never will be.

on("open", () => {
  if (busy || !held.closed) return;
  const file = openedJson(held.closed);
  held = {};
  fill("numbers", JSON.stringify(JSON.parse(file), null, 1));
  offer("download", file);
  show("opened");
});
on("anew", () => {
  withdraw("download", "numbers");
  again();
});

/** Lets the voter save a file by this link, until it is withdrawn. Nothing is saved unless she does. */
function offer(link: string, file: string): void {
  offered[link] = URL.createObjectURL(new Blob([file], { type: "application/json" }));
  element<HTMLAnchorElement>(link).href = offered[link];
}

function withdraw(link: string, shown: string): void {
  if (offered[link]) URL.revokeObjectURL(offered[link]);
  delete offered[link];
  element<HTMLAnchorElement>(link).removeAttribute("href");
  fill(shown, "");
}

// 3, sure: sign and send

on("cast", () => void once(send));

async function send(): Promise<void> {
  if (held.closed && held.key !== undefined) {
    held.signed = signBallot(held.closed, held.key);
    delete held.closed;
    delete held.key;
    fillGroups("tracker", held.signed.tracker);
    part("undecided", false);
    part("signed", true);
  }
  if (!held.signed) return;
  only(TROUBLES, "");
  part("sending", true);
  const became = await cast(main.dataset["castUrl"]!, main.dataset["stateUrl"]!, held.signed.raw);
  part("sending", false);
  tell(became, held.signed.tracker);
}

function tell(became: Outcome, tracker: string): void {
  if (became.kind === "already" || (became.kind === "cast" && became.tracker === tracker)) {
    fill("received", became.kind === "cast" ? became.received : "");
    part("already", became.kind === "already");
    keep(became.receipt, tracker);
    part("leave-before", false);
    part("leave-after", true);
    forget();
    show("box");
    return;
  }
  if (became.kind === "cast") throw new Error("the box answered for another ballot");
  if (became.kind === "refused") fill("sentence", became.sentence);
  const trouble = became.kind === "refused" && CODE_RULES.includes(became.rule) ? "refused-code" : became.kind;
  only(TROUBLES, trouble);
  document.querySelector<HTMLElement>(`[data-part="${trouble}"] [tabindex="-1"]`)?.focus();
}

/** Shows the receipt and lets it be saved; or says that the box gave none that would prove anything. */
function keep(receipt: string, tracker: string): void {
  const holds = receiptHolds(receipt, main.dataset["key"]!, election.fingerprint, tracker);
  part("receipt", holds);
  part("no-receipt", !holds);
  if (!holds) return;
  fill("signed", JSON.stringify(JSON.parse(receipt), null, 1));
  offer("receipt", receipt);
}

on("correct", () => {
  delete held.signed; // the box refused it; another will be closed with the corrected code
  codeProblem("code-unknown");
  show("code");
  code.focus();
});
on("restart", again);

// 4. In the box

on("print", () => window.print());
on("again", () => {
  part("voted", true);
  withdraw("receipt", "signed");
  again();
});

function again(): void {
  const kept = code.value; // a voter who opens ballots to check her device does not copy her letter each time
  forget();
  if (!offered["download"]) code.value = kept;
  show("choose");
}

/** Lets go of everything that is secret. */
function forget(): void {
  held = {};
  code.value = "";
  codeProblem("");
  choices.reset();
}

/** One thing at a time: a button pressed twice acts once. */
async function once(act: () => Promise<void>): Promise<void> {
  if (busy) return;
  busy = true;
  main.setAttribute("aria-busy", "true");
  try {
    await act();
  } catch {
    forget();
    show("stopped");
  } finally {
    busy = false;
    main.removeAttribute("aria-busy");
  }
}

window.addEventListener("beforeunload", (event) => {
  if (held.closed || held.signed) event.preventDefault();
});
window.addEventListener("pagehide", () => {
  forget();
  withdraw("download", "numbers");
  withdraw("receipt", "signed");
});
// Back from the browser's memory: begin again, since all was forgotten.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
