// Opens a step's panel in place, and what is folded: the region that renews itself is asked for the
// page that the link leads to, so that open folds, the zoom and the scroll position stay. Without it
// the link is followed.
let wanted = null, opener = "";

const region = () => document.querySelector("[data-live]");
const halted = () => document.getElementById("abs-pause").getAttribute("aria-pressed") === "true";

function meant(target) {
  const link = target.closest?.("a[data-step]");
  return link ?? target.closest?.(".abs-tl-svg")?.closest(".abs-tl-row").querySelector("a[data-step]");
}

function open(link) {
  const url = new URL(link.href), element = region();
  history.replaceState(history.state, "", url);
  element.dataset.liveUrl = url.pathname + url.search;
  element.dataset.liveToken = "";
  wanted = link.hasAttribute("data-unfold") ? null : link.hasAttribute("data-close") ? "opener" : "panel";
  if (wanted === "panel") opener = link.getAttribute("href");
  dispatchEvent(new CustomEvent("abs:ask"));
}

addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = meant(event.target);
  if (!link || !region() || halted()) return;
  event.preventDefault();
  open(link);
});

// What is folded is drawn when it is opened: inside is a link until then.
addEventListener("toggle", ({ target }) => {
  const link = target.open && target.querySelector(":scope > p > [data-unfold], :scope > ol > li > [data-unfold=all]");
  if (link && !halted()) link.click();
}, { capture: true });

addEventListener("keydown", (event) => {
  const close = document.querySelector("a[data-close]");
  if (event.key !== "Escape" || event.defaultPrevented || !close || !event.target.closest?.(".abs-tl")) return;
  close.click();
});

addEventListener("abs:updated", () => {
  if (!wanted) return;
  const links = [...document.querySelectorAll("a[data-step]:not([data-close])")];
  const found = wanted === "panel" ? document.getElementById("step") : links.find((link) => link.getAttribute("href") === opener);
  wanted = null;
  (found ?? document.querySelector(".abs-tl-box"))?.focus({ preventScroll: true });
});
