// Puts instants into the viewer's zone, and keeps relative ones current. Without it all are in UTC.
// An instant is a <time>, or what has data-instant; data-form names the forms that its text is made of.
// What has neither instant is now. Ages count from the server's clock: the viewer's may be wrong.
const root = document.documentElement;
const ahead = Date.parse(root.dataset.now) - Date.now();
let before; // the instant in front of this one

const DAY = { day: "numeric", month: "short" };
const MINUTE = { hour: "2-digit", minute: "2-digit" };
const SECOND = { ...MINUTE, second: "2-digit" };
const MILLISECOND = { ...SECOND, fractionalSecondDigits: 3 };
const ZONE = { timeZoneName: "short" };
const format = (fields) => new Intl.DateTimeFormat(root.lang || undefined, {
  ...fields, hourCycle: "h23", timeZone: root.dataset.zone,
});
const day = format(DAY).format;
const FORMS = {
  day,
  newday: (instant) => (day(instant) === day(before) ? "" : day(instant)), // where another one begins
  minute: format(MINUTE).format,
  second: format(SECOND).format,
  millisecond: format(MILLISECOND).format,
  date: format({ ...DAY, year: "numeric", ...ZONE }).format,
  moment: format({ ...DAY, ...MINUTE, ...ZONE }).format,
  exact: format({ ...MILLISECOND, day: "2-digit", month: "short", year: "numeric", ...ZONE }).format,
  zone: (instant) => format(ZONE).formatToParts(instant).find(({ type }) => type === "timeZoneName").value,
};

function put(element) {
  const { dateTime, dataset } = element;
  const instant = new Date(dateTime ?? dataset.instant ?? Date.now());
  dataset.local = ""; // until the server says it anew
  if (dateTime) element.title = `${FORMS.exact(instant)} (${instant.toISOString()})`;
  if (dataset.form) element.textContent = dataset.form.split(" ").map((form) => FORMS[form](instant)).join(" ").trim();
  before = instant;
}

const UNITS = [["s", 1, 60], ["min", 60, 3_600], ["h", 3_600, 86_400], ["d", 86_400, 31_557_600]];

function age(seconds, whole) {
  for (const [unit, length, longer] of UNITS) {
    const many = whole(seconds / length);
    if (many * length < longer) return `${many} ${unit}`;
  }
  return `${(seconds / 31_557_600).toFixed(1)} y`;
}

function relative(instant) {
  const seconds = (instant - Date.now() - ahead) / 1000;
  if (Math.abs(seconds) < 1) return root.dataset.textNow;
  if (seconds > 0) return root.dataset.textIn.replace("{age}", age(seconds, Math.round));
  return root.dataset.textAgo.replace("{age}", age(-seconds, Math.floor));
}

function show() {
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const text = relative(Date.parse(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
}

function localise() {
  document.querySelectorAll(":is(time[datetime], [data-form]):not([data-local])").forEach(put);
  show();
}

// Filled when it is wanted: there are hundreds of zones. A new one is for the whole page, drawn anew.
const zones = document.querySelector("[data-set-zone]");
const menu = zones?.closest("details");
function fill() {
  const known = zones.options.length > 2 ? [] : Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC");
  zones.append(...known.map((zone) => new Option(zone)));
  zones.value = root.dataset.zone ?? "";
}
menu?.addEventListener("toggle", fill);
if (menu?.open) fill(); // somebody was faster than this script
zones?.addEventListener("change", () => {
  try { localStorage.setItem("abs-zone", zones.value); } catch { /* it cannot be remembered */ }
  location.reload();
});

addEventListener("abs:instant", ({ detail }) => put(detail)); // another script has made it
addEventListener("abs:updated", localise);
addEventListener("htmx:afterSettle", localise);
setInterval(() => document.hidden || show(), 1_000);
localise();
