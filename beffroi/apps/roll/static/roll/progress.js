// Moves the bar of an import that the worker does, and shows the page anew when it is over. Without it, "Look again".
const bar = document.querySelector("progress[data-progress]");
const words = document.querySelector("[data-words]");

async function look() {
  try {
    const answer = await fetch(bar.dataset.progress, { headers: { accept: "application/json" } });
    if (!answer.ok) return location.reload(); // signed out, or no longer an administrator
    const told = await answer.json();
    if (told.state !== bar.dataset.state) return location.reload();
    bar.max = told.total || 1;
    bar.value = told.done;
    if (words.textContent !== told.words) words.textContent = told.words;
  } catch {
    // the network is away for a moment: the next look may find it
  }
  setTimeout(look, 1000);
}

setTimeout(look, 500);
