// Offers the commune's streets while one is typed: <input list data-streets="/rues.json">. The number stays here.
for (const input of document.querySelectorAll("input[data-streets]")) {
  let waiting = 0;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => offer(input), 200);
  });
}

async function offer(input) {
  const number = input.value.match(/^\s*[0-9]+\s*(?:bis|ter|quater|[a-z](?=\s))?[\s,]*/i)?.[0] ?? "";
  const words = input.value.slice(number.length).trim();
  if (words.length < 2) return;
  try {
    const answer = await fetch(`${input.dataset.streets}?${new URLSearchParams({ q: words })}`);
    if (!answer.ok || !input.value.includes(words)) return;
    const options = (await answer.json()).streets.map(({ name }) => new Option("", number + name));
    input.list.replaceChildren(...options);
  } catch {
    // no network: one may still type
  }
}
