// Says which instant of a timeline is under the pointer, and labels the axis anew where zoom.js has
// zoomed in; time.js puts both into the viewer's zone.
// Without it the page is whole: bars carry their instants as titles.
let view = { zoom: 1, pan: 0 }; // as zoom.js tells it

const mapped = (value, from, to, start, end) => start + (value - from) / (to - from) * (end - start);

// Pieces of the axis are [start, end, left, right, idle], in milliseconds and fractions.
const piecesOf = (box) => JSON.parse(box.dataset.axis);

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1.5e4, 3e4, 6e4, 1.2e5, 3e5, 6e5, 9e5, 1.8e6, 3.6e6, 7.2e6, 1.08e7, 2.16e7, 4.32e7, 8.64e7, 1.728e8, 6.048e8, 2.4192e9];
const APART = 110, MOST_LABELS = 40; // pixels; labels

// Round instants of the pieces that are seen, so many pixels being the whole axis: [instant, fraction, form].
function* ticks(pieces, width) {
  const from = view.pan, to = from + 1 / view.zoom;
  let last = -Infinity, many = 0;
  for (const [start, end, left, right, idle] of pieces) {
    if (idle || right < from || left > to) continue;
    const least = APART * (end - start) / ((right - left) * width);
    const step = STEPS.find((candidate) => candidate >= least) ?? STEPS.at(-1);
    const form = step < 1e3 ? "millisecond" : step < 6e4 ? "second" : step < 8.64e7 ? "minute" : "day";
    const earliest = mapped(Math.max(from, left), left, right, start, end);
    for (let at = Math.ceil(earliest / step) * step; at <= end; at += step) {
      const fraction = mapped(at, start, end, left, right);
      if (fraction > to || many >= MOST_LABELS) return;
      if ((fraction - last) * width < APART) continue;
      last = fraction;
      many += 1;
      yield [at, fraction, form];
    }
  }
}

function put(element, instant, form) {
  Object.assign(element.dataset, { instant: new Date(instant).toISOString(), form });
  dispatchEvent(new CustomEvent("abs:instant", { detail: element }));
}

function drawn(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function relabel() {
  document.querySelectorAll(".abs-tl-closer").forEach((group) => group.remove());
  if (view.zoom === 1) return;
  for (const box of document.querySelectorAll(".abs-tl-box")) {
    const ground = box.querySelector(".abs-tl-ground");
    const lines = drawn("g", { class: "abs-tl-closer" }), labels = drawn("g", { class: "abs-tl-closer" });
    for (const [at, fraction, form] of ticks(piecesOf(box), ground.getBoundingClientRect().width)) {
      const x = `${fraction * 100}%`, place = (fraction - view.pan) * view.zoom;
      const anchor = place < 0.06 ? "start" : place > 0.94 ? "end" : "middle";
      const label = drawn("text", { x, y: 12, "text-anchor": anchor });
      lines.append(drawn("line", { class: "abs-timeline-grid", x1: x, x2: x, y1: 0, y2: "100%" }));
      labels.append(label);
      put(label, at, form);
    }
    ground.prepend(lines);
    box.querySelector(".abs-tl-axis svg").append(labels);
  }
}

function read({ target, clientX }) {
  const box = target.closest?.(".abs-tl-box");
  if (!box) return;
  const ground = box.querySelector(".abs-tl-ground").getBoundingClientRect();
  const readout = box.querySelector(".abs-tl-readout");
  const fraction = (clientX - ground.left) / ground.width;
  const place = (fraction - view.pan) * view.zoom;
  readout.hidden = place < 0 || place > 1;
  if (readout.hidden) return;
  const pieces = piecesOf(box);
  const [start, end, left, right] = pieces.find((piece) => fraction <= piece[3]) ?? pieces.at(-1);
  const span = (pieces.at(-1)[1] - pieces[0][0]) / view.zoom;
  put(readout, mapped(fraction, left, right, start, end), span < 60_000 ? "millisecond" : "second");
  const edge = clientX - box.getBoundingClientRect().left - readout.offsetWidth / 2;
  readout.style.left = `${Math.max(0, Math.min(edge, box.clientWidth - readout.offsetWidth))}px`;
}

addEventListener("pointermove", read, { passive: true });
addEventListener("abs:zoomed", ({ detail }) => { view = detail; relabel(); });
addEventListener("abs:updated", relabel);
addEventListener("htmx:afterSettle", relabel);
addEventListener("resize", relabel, { passive: true });
