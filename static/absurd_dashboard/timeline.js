// Puts the timeline's labels into the viewer's zone, says which instant is under the pointer, and labels
// the axis anew where zoom.js has zoomed in.
// Without it the page is whole: labels are in UTC, and bars carry their instants as titles.
const { lang, dataset: { zone: timeZone } } = document.documentElement;
const language = lang || undefined;
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone };
const DATE = { day: "numeric", month: "short", timeZone };
const FORMS = {
  day: DATE,
  minute: TIME,
  second: { ...TIME, second: "2-digit" },
  millisecond: { ...TIME, second: "2-digit", fractionalSecondDigits: 3 },
};

function formatted(instant, form, dated) {
  const date = dated && form !== "day" ? `${new Intl.DateTimeFormat(language, DATE).format(instant)} ` : "";
  return date + new Intl.DateTimeFormat(language, FORMS[form]).format(instant);
}

// The axis says its first day beside it; a label says its day where another one begins.
function localiseAxis(axis) {
  const first = axis.querySelector("[data-day]");
  const start = new Date(first.dataset.day);
  let day = formatted(start, "day");
  first.textContent = new Intl.DateTimeFormat(language, { ...DATE, year: "numeric", timeZoneName: "short" }).format(start);
  for (const label of axis.querySelectorAll("text[data-at]")) {
    const instant = new Date(label.dataset.at);
    label.textContent = formatted(instant, label.dataset.form, formatted(instant, "day") !== day);
    day = formatted(instant, "day");
  }
}

function localise() {
  document.querySelectorAll(".abs-tl-axis").forEach(localiseAxis);
  for (const time of document.querySelectorAll("time[data-clock]:not([data-spoken])")) {
    time.dataset.spoken = "";
    time.textContent = formatted(new Date(time.dateTime), "minute", time.textContent.includes("-"));
  }
}

// The inverse of the axis: pieces of [start, end, left, right], in milliseconds and fractions.
function instantAt(pieces, fraction) {
  const piece = pieces.find((candidate) => fraction <= candidate[3]) ?? pieces.at(-1);
  const [start, end, left, right] = piece;
  return start + ((fraction - left) / (right - left)) * (end - start);
}

// What is seen of the axis, in fractions.
function seen(box) {
  const style = getComputedStyle(box);
  const zoom = Number(style.getPropertyValue("--abs-tl-zoom")) || 1;
  const from = Number(style.getPropertyValue("--abs-tl-pan")) || 0;
  return { zoom, from, to: from + 1 / zoom };
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1.5e4, 3e4, 6e4, 1.2e5, 3e5, 6e5, 9e5, 1.8e6, 3.6e6, 7.2e6, 1.08e7, 2.16e7, 4.32e7, 8.64e7, 1.728e8, 6.048e8, 2.4192e9];
const APART = 110, MOST_LABELS = 40; // pixels; labels

// Round instants of the pieces that are seen: [instant, fraction, form].
function* zoomedTicks(box, width) {
  const { zoom, from, to } = seen(box);
  let last = -Infinity, many = 0;
  for (const [start, end, left, right, idle] of JSON.parse(box.dataset.axis)) {
    if (idle || right < from || left > to) continue;
    const perPixel = (end - start) / ((right - left) * width * zoom);
    const step = STEPS.find((candidate) => candidate >= perPixel * APART) ?? STEPS.at(-1);
    const earliest = start + (Math.max(from, left) - left) / (right - left) * (end - start);
    for (let at = Math.ceil(earliest / step) * step; at <= end; at += step) {
      const fraction = left + (at - start) / (end - start) * (right - left);
      if (fraction > to || many >= MOST_LABELS) return;
      if ((fraction - last) * width * zoom < APART) continue;
      last = fraction;
      many += 1;
      yield [at, fraction, step < 1e3 ? "millisecond" : step < 6e4 ? "second" : step < 8.64e7 ? "minute" : "day"];
    }
  }
}

const drawn = (name, attributes, text = "") => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
};

function relabel() {
  document.querySelectorAll(".abs-tl-closer").forEach((group) => group.remove());
  for (const box of document.querySelectorAll(".abs-tl-box")) {
    const ground = box.querySelector(".abs-tl-ground"), axis = box.querySelector(".abs-tl-axis svg");
    const { zoom, from, to } = seen(box);
    if (zoom === 1) continue;
    const lines = drawn("g", { class: "abs-tl-closer" }), labels = drawn("g", { class: "abs-tl-closer" });
    for (const [at, fraction, form] of zoomedTicks(box, ground.getBoundingClientRect().width / zoom)) {
      const x = `${fraction * 100}%`, place = (fraction - from) * zoom;
      lines.append(drawn("line", { class: "abs-timeline-grid", x1: x, x2: x, y1: 0, y2: "100%" }));
      const anchor = place < 0.06 ? "start" : place > 0.94 ? "end" : "middle";
      labels.append(drawn("text", { x, y: 12, "text-anchor": anchor }, formatted(new Date(at), form, false)));
    }
    ground.prepend(lines);
    axis.append(labels);
  }
}

function read(event) {
  const box = event.target.closest?.(".abs-tl-box");
  if (!box) return;
  const ground = box.querySelector(".abs-tl-ground").getBoundingClientRect();
  const readout = box.querySelector(".abs-tl-readout");
  const fraction = (event.clientX - ground.left) / ground.width;
  const { from, to } = seen(box);
  readout.hidden = fraction < from || fraction > to;
  if (readout.hidden) return;
  const pieces = JSON.parse(box.dataset.axis);
  const span = (pieces.at(-1)[1] - pieces[0][0]) * (to - from);
  readout.textContent = formatted(new Date(instantAt(pieces, fraction)), span < 60_000 ? "millisecond" : "second", false);
  const place = event.clientX - box.getBoundingClientRect().left - readout.offsetWidth / 2;
  readout.style.left = `${Math.max(0, Math.min(place, box.clientWidth - readout.offsetWidth))}px`;
}

addEventListener("pointermove", read, { passive: true });
function renew() {
  localise();
  relabel();
}

addEventListener("abs:updated", renew);
addEventListener("abs:zoomed", relabel);
addEventListener("resize", relabel, { passive: true });
addEventListener("htmx:afterSettle", renew);
renew();
