// Puts the instants of charts into the viewer's zone; the server writes them in UTC.
const { lang, dataset: { zone: timeZone } } = document.documentElement;
const language = lang || undefined;
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone };
const DAY = { day: "numeric", month: "short", timeZone };
const time = new Intl.DateTimeFormat(language, TIME);
const day = new Intl.DateTimeFormat(language, DAY);
const both = new Intl.DateTimeFormat(language, { ...DAY, ...TIME, timeZoneName: "short" });

function labelled(instant, { form, dated }) {
  if (form === "day") return day.format(instant);
  return dated === undefined ? time.format(instant) : `${day.format(instant)} ${time.format(instant)}`;
}

function sayZone(head) {
  const zone = both.formatToParts(Date.now()).find((part) => part.type === "timeZoneName");
  head.textContent = head.textContent.replace(/\bUTC\b/, zone.value);
}

function localise() {
  for (const text of document.querySelectorAll(".abs-chart text[data-at]")) {
    text.textContent = labelled(new Date(text.dataset.at), text.dataset);
  }
  for (const title of document.querySelectorAll(".abs-chart title[data-at]:not([data-local])")) {
    title.dataset.local = "";
    title.textContent = title.textContent.replace(/^.*? UTC/, both.format(new Date(title.dataset.at)));
  }
  document.querySelectorAll(".abs-chart-table thead th:first-child").forEach(sayZone);
  for (const start of document.querySelectorAll(".abs-chart time[data-slot]:not([data-zoned])")) {
    const dated = start.textContent.includes(" ") ? "" : undefined;
    start.dataset.zoned = "";
    start.textContent = labelled(new Date(start.dateTime), { dated });
  }
}

addEventListener("abs:updated", localise);
addEventListener("htmx:afterSettle", localise);
localise();
