// The page as votations/booth.html writes it: all the words are there, translated; the script shows, hides and fills in.
//   data-screen="name"   one screen, one at a time      data-part="name"   a piece that comes and goes
//   data-fill="name"     a place for a value            data-do="name"     a button that asks for something

/** Every element with this data attribute and value. */
function all(kind: "screen" | "part" | "fill" | "do", name: string): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(`[data-${kind}="${name}"]`)];
}

/** The element with this identifier; the page always has it. */
export function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Shows this screen alone, and unless it is the first, takes the reader to its heading. */
export function show(name: string, moved = true): void {
  for (const screen of document.querySelectorAll<HTMLElement>("[data-screen]")) {
    screen.hidden = screen.dataset["screen"] !== name;
  }
  const [screen] = all("screen", name);
  if (!screen) return;
  const step = screen.querySelector(".step-name")?.textContent;
  const [page] = document.title.split(" · ").slice(-1);
  document.title = step ? `${step} · ${page}` : page!;
  if (moved) screen.querySelector<HTMLElement>('[tabindex="-1"]')?.focus();
}

/** Shows or hides a piece of a screen. */
export function part(name: string, shown: boolean): void {
  for (const piece of all("part", name)) piece.hidden = !shown;
}

/** Of these pieces shows one, or none. */
export function only(names: readonly string[], shown: string): void {
  for (const name of names) part(name, name === shown);
}

/** Writes a value in its places. */
export function fill(name: string, value: string): void {
  for (const place of all("fill", name)) place.textContent = value;
}

/** Writes a long number in groups of five, so that it can be compared by eye or read aloud. */
export function fillGroups(name: string, value: string): void {
  for (const place of all("fill", name)) {
    const groups = (value.match(/.{1,5}/g) ?? []).map((group) => {
      const span = document.createElement("span");
      span.textContent = group;
      return span;
    });
    place.replaceChildren(...groups.flatMap((span, i) => (i ? [" ", span] : [span])));
  }
}

/** What happens when a button with data-do="name" is pressed. */
export function on(name: string, act: () => void): void {
  for (const button of all("do", name)) button.addEventListener("click", act);
}
