// The keyboard of a paper sheet. Without it the page works too: names, Enter, then a choice on the next page.
"use strict";
(() => {
  const form = document.getElementById("line-entry");
  const modified = (event) => event.altKey || event.ctrlKey || event.metaKey;

  document.addEventListener("keydown", (event) => {
    const before = document.getElementById("last-line");
    if (event.key !== "PageUp" || modified(event) || !before) return;
    event.preventDefault();
    before.click();
  });
  if (!form) return;

  const box = document.getElementById("who"), list = document.getElementById("who-list"), said = document.getElementById("who-said");
  const last = form.elements.last_name, chosen = form.elements.chosen, names = ["last_name", "first_name", "year", "street"];
  const keys = { F2: "illegible", F4: "not_on_roll", F8: "ambiguous" };
  let found = [], at = -1, turn = 0, waits = 0, sent = false;

  for (const name of names) {
    const field = form.elements[name];
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-controls", "who-list");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-expanded", "false");
    field.addEventListener("input", () => { clearTimeout(waits); choose(-1); waits = setTimeout(ask, 120); });
  }

  // Whom the line may name. Only the answer to the last question is shown.
  async function ask() {
    const mine = ++turn;
    if (last.value.trim().length < 2) return show([], "");
    const answer = await fetch(form.dataset.roll, { method: "POST", body: new FormData(form), credentials: "same-origin" }).catch(() => null);
    if (mine !== turn || !answer) return;
    const told = await answer.json().catch(() => ({ found: [] }));
    if (mine !== turn) return;
    const words = told.found.length ? (told.more ? form.dataset.many : form.dataset.some) : form.dataset.none;
    show(told.found, told.said || words);
  }

  function show(rows, words) {
    found = rows;
    list.replaceChildren(...rows.map((row, place) => {
      const item = document.createElement("li"), name = document.createElement("strong"), more = document.createElement("span");
      item.id = `who-${place}`;
      item.setAttribute("role", "option");
      name.textContent = row.name;
      more.textContent = row.more;
      item.append(name, more);
      item.addEventListener("click", () => { choose(place); form.requestSubmit(); });
      return item;
    }));
    said.textContent = words;
    box.hidden = !words;
    for (const name of names) form.elements[name].setAttribute("aria-expanded", String(rows.length > 0));
    choose(rows.length === 1 ? 0 : -1);
  }

  function choose(place) {
    at = place;
    chosen.value = found[at] ? found[at].ref : "";
    [...list.children].forEach((item, rank) => item.setAttribute("aria-selected", String(rank === at)));
    for (const name of names) {
      if (found[at]) form.elements[name].setAttribute("aria-activedescendant", `who-${at}`);
      else form.elements[name].removeAttribute("aria-activedescendant");
    }
  }

  document.addEventListener("keydown", (event) => {
    if (modified(event)) return;
    if (keys[event.key]) {
      event.preventDefault();
      form.requestSubmit(document.querySelector(`button[name=refusal][value=${keys[event.key]}]`));
    } else if (event.key === "F9") {
      event.preventDefault();
      document.getElementById("id_legal").click();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length && form.contains(document.activeElement)) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(at < 0 ? (step > 0 ? 0 : found.length - 1) : (at + step + found.length) % found.length);
    }
  });

  // Enter pressed twice records one line.
  form.addEventListener("submit", (event) => { if (sent) event.preventDefault(); sent = true; });
  window.addEventListener("pageshow", () => { sent = false; });
})();
