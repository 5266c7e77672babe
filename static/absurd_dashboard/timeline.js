// Puts the timeline's labels into the viewer's zone and says which instant is under the pointer.
// Without it the page is whole: labels are in UTC, and bars carry their instants as titles.
const language = document.documentElement.lang || undefined;
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DATE = { day: "numeric", month: "short" };
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
  let day = start.toDateString();
  first.textContent = new Intl.DateTimeFormat(language, { ...DATE, year: "numeric", timeZoneName: "short" }).format(start);
  for (const label of axis.querySelectorAll("text[data-at]")) {
    const instant = new Date(label.dataset.at);
    label.textContent = formatted(instant, label.dataset.form, instant.toDateString() !== day);
    day = instant.toDateString();
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

function read(event) {
  const box = event.target.closest?.(".abs-tl-box");
  if (!box) return;
  const ground = box.querySelector(".abs-tl-ground").getBoundingClientRect();
  const readout = box.querySelector(".abs-tl-readout");
  const fraction = (event.clientX - ground.left) / ground.width;
  readout.hidden = fraction < 0 || fraction > 1;
  if (readout.hidden) return;
  const pieces = JSON.parse(box.dataset.axis);
  const span = pieces.at(-1)[1] - pieces[0][0];
  readout.textContent = formatted(new Date(instantAt(pieces, fraction)), span < 60_000 ? "millisecond" : "second", false);
  const place = event.clientX - box.getBoundingClientRect().left - readout.offsetWidth / 2;
  readout.style.left = `${Math.max(0, Math.min(place, box.clientWidth - readout.offsetWidth))}px`;
}

addEventListener("pointermove", read, { passive: true });
addEventListener("abs:updated", localise);
addEventListener("htmx:afterSettle", localise);
localise();
