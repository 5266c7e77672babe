// Keeps relative times current and puts exact ones into the viewer's zone. Ages count from the
// server's clock: the viewer's may be wrong.
const root = document.documentElement;
const ahead = Date.parse(root.dataset.now) - Date.now();
const exact = new Intl.DateTimeFormat(root.lang || undefined, {
  year: "numeric", month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  fractionalSecondDigits: 3, hourCycle: "h23", timeZoneName: "short", timeZone: root.dataset.zone,
});
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
  for (const time of document.querySelectorAll("time[datetime]:not([data-local])")) {
    const instant = new Date(time.dateTime);
    time.dataset.local = "";
    time.title = `${exact.format(instant)} (${instant.toISOString()})`;
    if ("exact" in time.dataset) time.textContent = exact.format(instant);
  }
  show();
}

// Filled when it is wanted: there are hundreds of zones. A new one is for the whole page, drawn anew.
const zones = document.querySelector("[data-set-zone]");
zones?.closest("details").addEventListener("toggle", () => {
  const known = zones.options.length > 2 ? [] : Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC");
  zones.append(...known.map((zone) => new Option(zone)));
  zones.value = root.dataset.zone ?? "";
});
zones?.addEventListener("change", () => {
  try { localStorage.setItem("abs-zone", zones.value); } catch { /* it cannot be remembered */ }
  location.reload();
});

addEventListener("abs:updated", localise);
addEventListener("htmx:afterSettle", localise);
setInterval(() => document.hidden || show(), 1_000);
localise();
