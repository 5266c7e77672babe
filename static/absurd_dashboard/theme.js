// The chosen theme, before the first paint: a classic script in the head, since modules run later.
(() => {
  const root = document.documentElement;
  const themes = ["light", "dark"];

  const stored = () => {
    try { return localStorage.getItem("abs-theme"); } catch { return null; } // storage is forbidden
  };
  const show = (theme) => {
    if (themes.includes(theme)) root.dataset.theme = theme;
    else delete root.dataset.theme; // follow the system
    for (const button of document.querySelectorAll("[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === (root.dataset.theme ?? "system")));
    }
  };
  const choose = (theme) => {
    try { localStorage.setItem("abs-theme", theme); } catch { /* it lasts for this page only */ }
    show(theme);
  };

  // The chosen time zone, for time.js; without one it uses the browser's.
  try {
    const zone = localStorage.getItem("abs-zone");
    if (zone && new Intl.DateTimeFormat([], { timeZone: zone })) root.dataset.zone = zone;
  } catch { /* storage is forbidden, or the browser knows no such zone */ }

  root.dataset.js = "";
  show(stored());
  addEventListener("DOMContentLoaded", () => show(stored()));
  addEventListener("storage", (event) => event.key === "abs-theme" && show(event.newValue));
  addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-set-theme]");
    if (button) choose(button.dataset.setTheme);
  });
})();
