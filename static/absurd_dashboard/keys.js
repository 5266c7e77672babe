// "/" goes to the search, "?" opens the list of keys; both keep out of whatever takes text.
const help = document.getElementById("abs-help");
const takesText = (element) => element?.closest?.("input, textarea, select, [contenteditable]");

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || takesText(event.target)) return;
  if (event.key === "?" && !help.open) help.showModal();
  else if (event.key === "/" && !help.open) (document.querySelector("[data-search]") ?? document.getElementById("abs-search")).focus();
  else return;
  event.preventDefault();
});

addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.abs-menu[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest?.("[data-open-help]")) help.showModal();
  for (const menu of document.querySelectorAll("details.abs-menu[open]")) {
    if (!menu.contains(target) || target.closest("[data-open-help]")) menu.open = false;
  }
});
