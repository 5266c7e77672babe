// Zooms and pans timelines: buttons, + - 0 and arrows, dragging, the wheel with Ctrl (zoom) or Shift (pan).
// The view is kept in a style sheet of its own, which no renewal of the page touches.
const MOST = 64, STEP = 1.5, NUDGE = 0.2, SLOP = 4;
const WHOLE = { zoom: 1, pan: 0 };
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets.push(sheet);

let view = WHOLE; // pan: the fraction of the axis that is left of what is seen
let path = location.pathname;
let drag = null;

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
const boxOf = (element) => element?.closest?.(".abs-tl")?.querySelector(".abs-tl-box");

function show(zoom, pan) {
  const closer = clamp(zoom, 1, MOST);
  view = { zoom: closer, pan: clamp(pan, 0, 1 - 1 / closer) };
  const zoomed = closer > 1 ? ".abs-tl-box .abs-tl-svg { cursor: grab; touch-action: pan-y; } .abs-tl-axis svg > [data-instant], .abs-tl-ground > .abs-timeline-grid { display: none; }" : "";
  sheet.replaceSync(`:is(.abs-tl-box, .abs-tl-ground, .abs-tl-svg) { --abs-tl-zoom: ${view.zoom}; --abs-tl-pan: ${view.pan}; } ${zoomed}`);
  tell();
  dispatchEvent(new CustomEvent("abs:zoomed", { detail: view }));
}

function tell() {
  const text = view.zoom === 1 ? "" : `×${view.zoom.toFixed(1)}`;
  for (const level of document.querySelectorAll("[data-zoom-level]")) if (level.textContent !== text) level.textContent = text;
}

/** Zoom so that the instant at this fraction of what is seen stays where it is. */
function zoomBy(factor, at = 0.5) {
  const zoom = clamp(view.zoom * factor, 1, MOST);
  show(zoom, view.pan + at / view.zoom - at / zoom);
}

const panBy = (share) => show(view.zoom, view.pan + share / view.zoom);

// What of the box the axis takes, in pixels; names and lengths stand beside it.
function seen(box) {
  const ground = box.querySelector(".abs-tl-ground").getBoundingClientRect();
  return { left: ground.left + view.pan * ground.width, width: ground.width / view.zoom };
}

const KEYS = {
  "+": () => zoomBy(STEP),
  "=": () => zoomBy(STEP),
  "-": () => zoomBy(1 / STEP),
  "0": () => show(1, 0),
  ArrowLeft: () => panBy(-NUDGE),
  ArrowRight: () => panBy(NUDGE),
};
const BUTTONS = { in: KEYS["+"], out: KEYS["-"], all: KEYS["0"] };

addEventListener("keydown", (event) => {
  const does = KEYS[event.key];
  if (!does || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!event.target.closest?.(".abs-tl-box, .abs-tl-zoom")) return;
  does();
  event.preventDefault();
});

addEventListener("click", (event) => BUTTONS[event.target.closest?.("[data-zoom]")?.dataset.zoom]?.());

function wheel(event) {
  if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
  event.preventDefault();
  const { left, width } = seen(event.currentTarget);
  if (event.shiftKey) panBy((event.deltaX || event.deltaY) / width);
  else zoomBy(STEP ** (-event.deltaY / 100), clamp((event.clientX - left) / width, 0, 1));
}

addEventListener("pointerdown", (event) => {
  const box = boxOf(event.target);
  if (event.button !== 0 || view.zoom === 1 || !box?.contains(event.target)) return;
  const { left, width } = seen(box);
  if (event.clientX < left || event.clientX > left + width) return;
  drag = { from: event.clientX, pan: view.pan, width, moved: false };
});

addEventListener("pointermove", (event) => {
  if (!drag) return;
  const far = event.clientX - drag.from;
  drag.moved ||= Math.abs(far) > SLOP;
  if (drag.moved) show(view.zoom, drag.pan - far / drag.width / view.zoom);
}, { passive: true });

// Whatever was dragged was not clicked.
function letGo() {
  if (drag?.moved) addEventListener("click", (event) => { event.preventDefault(); event.stopPropagation(); }, { capture: true, once: true, signal: AbortSignal.timeout(50) });
  drag = null;
}
addEventListener("pointerup", letGo);
addEventListener("pointercancel", letGo);
addEventListener("dragstart", (event) => { if (drag) event.preventDefault(); });

// Only the box itself must not let the page scroll meanwhile.
const bound = new WeakSet();
function bind() {
  if (location.pathname !== path) {
    path = location.pathname;
    show(1, 0);
  }
  for (const box of document.querySelectorAll(".abs-tl-box")) {
    if (!bound.has(box)) box.addEventListener("wheel", wheel, { passive: false });
    bound.add(box);
  }
  tell();
}

addEventListener("abs:updated", bind);
addEventListener("htmx:afterSettle", bind);
bind();
