// The command palette: Ctrl-K or ⌘K asks the page "go" what the letters may mean, and lists it.
// Without this, the link [data-palette] leads to that page.
const dialog = document.getElementById("abs-palette");
const form = dialog.querySelector("form");
const input = form.elements.q;
const list = dialog.querySelector("[data-matches]");
const skeleton = dialog.querySelector("[data-skeleton]");
const links = () => [...list.querySelectorAll("a")];
let asking = null;
let answered = Promise.resolve();
let timer = 0;

async function ask() {
  clearTimeout(timer);
  timer = 0;
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams({ q: input.value, from: location.pathname });
  try {
    const options = { headers: { "HX-Request": "true" }, redirect: "manual", signal: asking.signal };
    const answer = await fetch(`${form.action}?${query}`, options);
    if (answer.type === "opaqueredirect") return location.assign(form.action); // signed out
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    list.replaceChildren(...(page.querySelector("[data-matches]")?.children ?? []));
  } catch (error) {
    if (error.name !== "AbortError") list.textContent = document.documentElement.dataset.textUnreachable;
  }
}

function open() {
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  input.value = "";
  list.replaceChildren(skeleton.content.cloneNode(true));
  dialog.showModal();
  input.focus();
  answered = ask();
}

// Moves the focus through the matches; above the first one is the box.
function move(step) {
  const stops = [input, ...links()];
  const next = stops.indexOf(document.activeElement) + step;
  stops[(next + stops.length) % stops.length].focus();
}

addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || event.ctrlKey === event.metaKey || event.altKey || event.shiftKey) return;
  event.preventDefault();
  if (dialog.open) dialog.close();
  else open();
});

dialog.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else {
    if (event.key.length === 1 && event.target !== input && !event.ctrlKey && !event.metaKey) input.focus();
    return;
  }
  event.preventDefault();
});

input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => { answered = ask(); }, 120);
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (timer) answered = ask();
  await answered;
  const [first] = links();
  if (first) first.click();
});

addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest?.("[data-palette]") && !event.ctrlKey && !event.metaKey && event.button === 0) {
    event.preventDefault();
    open();
  } else if (target === dialog || target.closest?.("#abs-palette a")) dialog.close(); // its backdrop, or a match
});
