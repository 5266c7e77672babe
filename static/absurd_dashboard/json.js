// JSON trees: search, the path of what is pointed at, copying, and pieces put where they belong.
// Without it they still fold, and a piece is a page of its own.
const VIEWER = "[data-json], [data-piece]";
const announce = (text) => { document.getElementById("abs-announce").textContent = text; };
const made = (name, attributes, ...inside) => {
  const element = Object.assign(document.createElement(name), attributes);
  element.append(...inside);
  return element;
};
let row = null; // what the tools are about

function copyButton(label, what) {
  const icon = document.querySelector(".abs-icon").cloneNode(true);
  const use = icon.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#copy"));
  const button = made("button", { type: "button", className: "abs-button abs-button-quiet" }, icon, label);
  button.dataset.copy = "";
  button.dataset.what = what;
  return button;
}

function tools(viewer) {
  const there = viewer.querySelector(":scope > .abs-json-tools");
  if (there || !viewer.dataset.textFind) return there;
  const { textFind, textPath, textValue } = viewer.dataset;
  const input = made("input", { type: "search", className: "abs-input", placeholder: textFind, ariaLabel: textFind });
  const bar = made("div", { className: "abs-json-tools" }, input, made("output", {}), copyButton(textPath, "path"), copyButton(textValue, "value"));
  viewer.prepend(bar);
  return bar;
}

function point(target) {
  const viewer = target.closest?.(VIEWER);
  const bar = viewer && tools(viewer);
  const cell = target.closest?.("[data-cell]");
  // A table says the values of the tree behind it.
  const found = cell ? viewer?.querySelector(`[data-at="${CSS.escape(cell.dataset.cell)}"]`) : target.closest?.("[data-at]");
  if (!bar || !viewer.contains(found) || found === row) return;
  row = found;
  bar.querySelector("output").textContent = row.dataset.at || "/";
}

const TABLE = ".abs-json-sheet";
function textOf(part) {
  const copy = part.cloneNode(true);
  copy.querySelectorAll(TABLE).forEach((table) => table.remove());
  return copy.textContent;
}

// The text of a row is its JSON: without its name in front, the comma behind, and tables.
function value(viewer) {
  const whole = row.dataset.at === viewer.querySelector("[data-at]").dataset.at;
  const parts = whole ? [...viewer.children].filter((child) => !child.matches(`.abs-json-tools, ${TABLE}`)) : [row];
  if (parts.some((part) => part.querySelector(".abs-json-more"))) return null;
  const key = whole ? null : row.querySelector(":scope > .abs-json-key, :scope > summary > .abs-json-key");
  const text = parts.map(textOf).join("").slice(key ? key.textContent.length + 2 : 0);
  return whole ? text : text.replace(/,$/, "");
}

addEventListener("click", (event) => { // before copy.js hears of it
  const button = event.target.closest?.("[data-what]");
  if (!button) return;
  const viewer = button.closest(VIEWER);
  if (!viewer.contains(row)) row = viewer.querySelector("[data-at]");
  const text = button.dataset.what === "path" ? row.dataset.at : value(viewer);
  if (text !== null) button.dataset.copy = text;
  else {
    event.stopPropagation();
    announce(button.parentElement.querySelector("output").textContent = viewer.dataset.textPart);
  }
}, { capture: true });

addEventListener("pointerover", ({ target }) => point(target));
addEventListener("focusin", ({ target }) => point(target));

// Up and down walk through the values; Escape leads to what can be done with one, without leaving it.
addEventListener("keydown", (event) => {
  const viewer = event.target.closest?.(VIEWER);
  if (!viewer || event.target.matches("input")) return;
  if (event.key === "Escape" && viewer.contains(row)) tools(viewer)?.querySelector("[data-what]").focus();
  if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const rows = [...viewer.querySelectorAll("[data-at]")].filter((each) => each.checkVisibility());
  const next = rows[rows.indexOf(event.target.closest("[data-at]") ?? row) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  if (next.matches("div")) next.tabIndex = -1;
  (next.querySelector(":scope > summary") ?? next).focus();
});

function* matches(viewer, wanted) {
  const texts = document.createTreeWalker(viewer, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode, text = node.data.toLowerCase();
    if (node.parentElement.closest(`.abs-json-tools, ${TABLE}`)) continue;
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      yield range;
    }
  }
}

addEventListener("input", ({ target }) => {
  if (!target.matches?.(".abs-json-tools input")) return;
  const viewer = target.closest(VIEWER), wanted = target.value.toLowerCase();
  const found = wanted ? [...matches(viewer, wanted)] : [];
  for (const { startContainer } of found) {
    for (let fold = startContainer.parentElement; fold !== viewer; fold = fold.parentElement) {
      if (fold.localName === "details") fold.open = true;
      if (fold.previousElementSibling?.matches(TABLE)) fold.previousElementSibling.open = false;
    }
  }
  globalThis.Highlight && CSS.highlights.set("abs-json", new Highlight(...found));
  found[0]?.startContainer.parentElement.scrollIntoView({ block: "nearest" });
  target.nextElementSibling.textContent = wanted ? found.length : "";
  announce(wanted ? String(found.length) : "");
});

addEventListener("click", async (event) => {
  const link = event.target.closest?.(".abs-json-more");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.href, { redirect: "manual" });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const piece = page.querySelector("[data-piece]");
    const rows = (piece.querySelector(":scope > .abs-json-in") ?? piece).childNodes;
    link.replaceWith(...rows);
  } catch {
    location.assign(link.href);
  }
});
