// Keeps the region [data-live] true: asks the server whether it changed, and says how old it is.
const MIN = 1_000, MAX = 60_000, PATIENCE = 15_000;
const SAID = 2; // failures after which a screen reader is told too
const SELDOM = 5_000; // milliseconds between two questions from which on a page says so
const fresh = document.getElementById("abs-fresh");
const pause = document.getElementById("abs-pause");
// A link and not an import by name: the server knows the file's hashed name, this file does not.
const { morphChildren } = await import(document.getElementById("abs-morph").href);

let updated = Date.now();
let failures = 0;
let state = "live";
let timer = 0;
let asking = null;
let hurry = false;
let seniority = 0; // age of the last answer, in milliseconds

const region = () => document.querySelector("[data-live]");
const paused = () => pause.getAttribute("aria-pressed") === "true";

function interval(element) {
  const wished = Number(element.dataset.liveInterval) || 2_000;
  const calm = Math.min(MAX, Math.max(MIN, wished));
  return failures ? Math.min(MAX, calm * 2 ** failures) : calm;
}

// Pages that share a reading come back together, a little scattered: one of them reads for all.
const shared = (wait) => (seniority ? Math.max(MIN / 4, wait * (1 - Math.random() / 5) - seniority) : wait);

function schedule(delay) {
  clearTimeout(timer);
  const element = region();
  if (!element || document.hidden || paused() || state === "ended") return;
  timer = setTimeout(ask, delay ?? shared(interval(element)));
}

async function ask() {
  const element = region();
  if (!element || asking) return;
  asking = new AbortController();
  try {
    const response = await fetch(element.dataset.liveUrl || location.href, {
      headers: { "X-Absurd-Live": element.dataset.liveToken ?? "" },
      cache: "no-store",
      redirect: "manual", // a redirect leads to the sign-in page
      signal: AbortSignal.any([asking.signal, AbortSignal.timeout(PATIENCE)]),
    });
    await receive(response, element);
  } catch (error) {
    if (!asking.signal.aborted) failed(error);
  } finally {
    asking = null;
    show();
    schedule(hurry ? 0 : undefined);
    hurry = false;
  }
}

async function receive(response, element) {
  if (response.type === "opaqueredirect" || [401, 403].includes(response.status)) return end(fresh.dataset.textSignedOut);
  if ([404, 410].includes(response.status)) return end(fresh.dataset.textGone);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  const token = response.headers.get("X-Absurd-Token");
  const every = response.headers.get("X-Absurd-Every");
  if (response.status !== 204) swap(element, await response.text());
  if (token) element.dataset.liveToken = token;
  if (every) element.dataset.liveInterval = every; // what costs the engine much is asked for rarely
  if (failures >= SAID) say(fresh.dataset.textLive);
  seniority = Number(response.headers.get("X-Absurd-Age")) || 0;
  updated = Date.now() - seniority;
  failures = 0;
  state = "live";
}

function swap(element, html) {
  if (!element.isConnected) return; // the page has been exchanged while the answer travelled
  const answer = document.createElement("template");
  answer.innerHTML = html;
  const focused = document.activeElement?.id;
  // The answer may be the region itself or what is inside it.
  morphChildren(element, answer.content.querySelector("[data-live]") ?? answer.content);
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
  window.htmx?.process(element);
  announce(element);
  alarm();
  dispatchEvent(new CustomEvent("abs:updated"));
}

// Failures are seen in a tab that is not: in its title and its icon.
function alarm() {
  const many = Number(document.querySelector("[data-failures]")?.dataset.failures) || 0;
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = many ? `(${many}) ${title}` : title;
  const icon = document.getElementById("abs-icon");
  const wanted = many ? icon.dataset.failing : icon.dataset.calm;
  if (icon.getAttribute("href") !== wanted) icon.href = wanted;
}

const announce = (element) => say(element.querySelector("[data-announce]")?.textContent.trim() ?? "");

function say(text) {
  const spoken = document.getElementById("abs-announce");
  if (spoken.textContent !== text) spoken.textContent = text;
}

const lost = () => (navigator.onLine ? fresh.dataset.textReconnecting : fresh.dataset.textOffline);

function failed(error) {
  console.warn("live:", error);
  failures = Math.min(failures + 1, 6);
  state = "reconnecting";
  seniority = 0;
  if (failures === SAID) say(lost());
}

// Asking again is no use; the page itself, opened anew, says why or leads to the sign-in page.
function end(text) {
  state = "ended";
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = text;
  fresh.dataset.state = state;
  fresh.replaceChildren(link);
  pause.hidden = true;
}

function age() {
  const seconds = Math.round((Date.now() - updated) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
}

function show() {
  if (state === "ended") return;
  const element = region();
  pause.hidden = !element;
  const shown = !element ? "still" : paused() ? "paused" : state;
  const wait = element ? interval(element) : 0;
  const old = !element || Date.now() - updated > 2 * wait + 2_000;
  const words = { paused: fresh.dataset.textPaused, reconnecting: lost() }[shown];
  const aged = fresh.dataset.textAge.replace("{age}", age());
  const live = wait < SELDOM ? fresh.dataset.textLive : fresh.dataset.textEvery.replace("{interval}", `${Math.round(wait / 1000)} s`);
  fresh.dataset.state = shown === "live" && old ? "old" : shown;
  const text = old ? [words, aged].filter(Boolean).join(" · ") : words ?? live;
  const place = fresh.querySelector("[data-fresh-text]");
  if (place.textContent !== text) place.textContent = text;
}

function toggle() {
  pause.setAttribute("aria-pressed", String(!paused()));
  show();
  if (paused()) halt();
  else schedule(0);
}

function halt() {
  clearTimeout(timer);
  asking?.abort();
}

pause.addEventListener("click", toggle);
// Another script has changed what the region is to show.
addEventListener("abs:ask", () => {
  hurry = Boolean(asking);
  if (asking) asking.abort();
  else schedule(0);
});
addEventListener("online", () => schedule(0));
addEventListener("offline", () => schedule(0)); // to know, and to say so
document.addEventListener("visibilitychange", () => (document.hidden ? halt() : schedule(0)));
// htmx has exchanged the page: it is new.
addEventListener("htmx:afterSettle", ({ detail }) => { if (detail.target?.id === "main") { updated = Date.now(); failures = 0; schedule(); alarm(); } });
setInterval(show, 1_000);
show();
schedule();
alarm();
