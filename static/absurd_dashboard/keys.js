// One-letter keys, listed by "?". They keep out of whatever takes text, and open what asks first:
// none of them acts by itself.
const help = document.getElementById("abs-help");
const takesText = (element) => element?.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

const rows = () => [...document.querySelectorAll("#main tbody tr, #main .abs-attention > li")].filter(link);
const link = (row) => row.querySelector(".abs-primary a, a");
const current = () => document.activeElement?.closest("#main tbody tr, #main .abs-attention > li");

function step(by) {
  const all = rows();
  const at = all.indexOf(current());
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
  if (next) link(next).focus();
}

// What a letter opens: a menu of the task's page, or that of the task in the row with the focus.
const MENUS = { r: ["retry", "run-again"], c: ["cancel"], e: ["emit"] };

function show(id) {
  const menu = (MENUS[id[0]]?.[0] === id ? MENUS[id[0]] : [id]).map((each) => document.getElementById(each)).find((each) => each?.matches("details.abs-menu"));
  if (!menu) return false;
  menu.open = true;
  menu.querySelector("input:not([type=hidden]), button, a")?.focus();
  return true;
}

function menu(key) {
  const [id] = MENUS[key];
  const row = current();
  if (row?.id.startsWith("task-")) location.assign(`${link(row).href.split("#")[0]}#${id}`);
  else show(id);
}

const ACTIONS = {
  "?": () => help.showModal(),
  "/": () => {
    const box = document.querySelector("[data-search]") ?? document.getElementById("abs-search");
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  },
  j: () => step(1),
  k: () => step(-1),
  o: () => { const row = current(); if (row) link(row).click(); },
  x: () => current()?.querySelector("input[type=checkbox]")?.click(),
  r: () => menu("r"),
  c: () => menu("c"),
  e: () => menu("e"),
};

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || takesText(event.target)) return;
  const action = document.querySelector("dialog[open]") ? null : ACTIONS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

// From the search box to the rows that it found; what was typed stays.
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !event.target.matches?.("[data-search], #abs-search")) return;
  event.preventDefault();
  const [first] = rows();
  if (first) link(first).focus();
  else event.target.blur();
});

addEventListener("keydown", (event) => {
  const opened = document.querySelector("details.abs-menu[open]");
  if (event.key !== "Escape" || !opened) return;
  opened.open = false;
  opened.querySelector("summary").focus();
});

addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest?.("[data-open-help]")) help.showModal();
  for (const opened of document.querySelectorAll("details.abs-menu[open]")) {
    if (!opened.contains(target) || target.closest("[data-open-help]")) opened.open = false;
  }
});

// An address that names a menu opens it.
const named = () => location.hash && show(location.hash.slice(1));
addEventListener("hashchange", named);
named();
