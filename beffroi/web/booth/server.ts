// What the booth asks of the server: the election, who is signed in, and to take a ballot. Nothing else is ever sent.

const PATIENCE = 30_000; // milliseconds; then the voter is told, and may try again with the same ballot

export interface State {
  open: boolean;
  signed_in: boolean;
  registered: boolean;
  voted: boolean;
  csrf: string;
  reason: string;
}

/** What became of a ballot that was sent. "silence": nobody knows whether it arrived. */
export type Outcome =
  | { kind: "cast"; tracker: string; received: string; receipt: string }
  | { kind: "already"; receipt: string }
  | { kind: "sign-in" }
  | { kind: "refused"; rule: string; sentence: string }
  | { kind: "silence" };

/** The exact bytes of the election. */
export async function readElection(url: string): Promise<Uint8Array> {
  const answer = await ask(url, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`election: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Whether the vote is open and this person may take part, as the server sees it now. */
export async function readState(url: string): Promise<State> {
  const answer = await ask(url, { cache: "no-store" });
  if (!answer.ok) throw new Error(`state: ${answer.status}`);
  return (await answer.json()) as State;
}

/** Sends a ballot. Sending the same one again is harmless: the box holds it once. */
export async function cast(castUrl: string, stateUrl: string, raw: Uint8Array): Promise<Outcome> {
  try {
    // The form's token changes when somebody signs in, perhaps in another tab: it is asked for each time.
    const state = await readState(stateUrl);
    const answer = await ask(castUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": state.csrf },
      body: raw as BufferSource,
    });
    return await outcome(answer);
  } catch {
    return { kind: "silence" };
  }
}

async function outcome(answer: Response): Promise<Outcome> {
  if (answer.status === 401) return { kind: "sign-in" };
  if (answer.status >= 500) return { kind: "silence" };
  const said = (await answer.json()) as Partial<Record<"tracker" | "received" | "receipt" | "rule" | "sentence", string>>;
  const receipt = said.receipt ?? "";
  if (answer.ok) return { kind: "cast", tracker: said.tracker ?? "", received: said.received ?? "", receipt };
  if (said.rule === "votations.already_in_box") return { kind: "already", receipt };
  return { kind: "refused", rule: said.rule ?? "", sentence: said.sentence ?? "" };
}

function ask(url: string, options: RequestInit): Promise<Response> {
  return fetch(url, { credentials: "same-origin", redirect: "error", signal: AbortSignal.timeout?.(PATIENCE) ?? null, ...options });
}
