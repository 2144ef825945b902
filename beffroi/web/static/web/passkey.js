// Passkeys: asks the device to make a key or to prove one, and hands its answer to the server. Without this script,
// or on a device that has none, the block stays hidden and the code of an app is asked for.
"use strict";

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

async function post(url, body) {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

function forDevice(options) {
  const known = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));
  const ready = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) ready.user = { ...options.user, id: toBytes(options.user.id) };
  if (options.excludeCredentials) ready.excludeCredentials = known(options.excludeCredentials);
  if (options.allowCredentials) ready.allowCredentials = known(options.allowCredentials);
  return ready;
}

function forServer(key) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (key.response[part]) response[part] = toText(key.response[part]);
  }
  return { id: key.id, rawId: toText(key.rawId), type: key.type, response, clientExtensionResults: {} };
}

async function use(block) {
  const creates = "create" in block.dataset;
  const { publicKey } = await post(block.dataset.begin, {});
  const options = { publicKey: forDevice(publicKey) };
  const key = creates ? await navigator.credentials.create(options) : await navigator.credentials.get(options);
  const named = document.getElementById(block.dataset.nameField || "")?.value || block.dataset.name || "";
  const sent = { answer: forServer(key), next: block.dataset.next || "", name: named };
  const { there } = await post(block.dataset.finish, sent);
  window.location.assign(there);
}

if (window.PublicKeyCredential) {
  const failed = document.querySelector("[data-passkey-failed]");
  for (const block of document.querySelectorAll("[data-passkey]")) {
    block.hidden = false;
    const button = block.querySelector("button");
    button.addEventListener("click", async () => {
      failed.hidden = true;
      button.disabled = true;
      try {
        await use(block);
      } catch {
        failed.hidden = false; // refused by the person, by the device or by the server: the sentence is the same
      }
      button.disabled = false;
    });
  }
}
