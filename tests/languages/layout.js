// What breaks when texts grow or turn around: each page is laid out in the window as it is now.
(pages) => {
  const amiss = [];
  let name = "", html = "";
  const words = (element) => JSON.stringify(element.textContent.trim().slice(0, 40));
  const kind = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`;
  const tell = (what, element) => amiss.push(`${name}, ${innerWidth}: ${element ? `${kind(element)} ${words(element)} ` : ""}${what}`);
  const clipped = (element) => element && getComputedStyle(element).clipPath !== "none";
  const hidden = (element) => element.closest(".abs-sr, .abs-skip") || clipped(element.closest("thead")) || element.getBoundingClientRect().width <= 1;
  const all = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility({ visibilityProperty: true }) && !hidden(each));

  function show(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const { name, value } of page.documentElement.attributes) document.documentElement.setAttribute(name, value);
    document.documentElement.dataset.js = "";
    document.body.replaceWith(document.adoptNode(page.body));
  }

  function fits() {
    const wider = document.documentElement.scrollWidth - innerWidth;
    if (wider > 0) tell(`the page is ${wider} pixels wider than its window`);
  }

  const LABELS = "button, .abs-button, .abs-tab, .abs-nav-link, thead th, label, summary, h1, h2, h3, dt";
  function inks(element) {
    return [...element.childNodes].flatMap((node) => {
      if (node.nodeType === Node.ELEMENT_NODE) return hidden(node) ? [] : [node.getBoundingClientRect()];
      const range = document.createRange();
      range.selectNode(node);
      return [...range.getClientRects()];
    }).filter((ink) => ink.width > 0);
  }

  function holdsItsText(element) {
    if (getComputedStyle(element).display === "contents") return;
    const box = element.getBoundingClientRect();
    const out = Math.max(0, ...inks(element).map((ink) => Math.max(box.left - ink.left, ink.right - box.right, ink.bottom - box.bottom - 2)));
    if (out > 1) tell(`does not hold its text, by ${Math.round(out)} pixels`, element);
    const cut = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== "visible";
    if (cut && !element.title && !element.querySelector("[title]")) tell("is cut off", element);
  }

  const ROWS = [".abs-nav-list > li > a", ".abs-top > *, .abs-top-end > *", ".abs-tabs > *", "thead th", ".abs-head > *, .abs-actions > *", ".abs-form > *", ".abs-chips > *", ".abs-pager > *", ".abs-facts > div > *", ".abs-row > *"];
  function standApart(selector) {
    const boxes = all(selector).map((element) => [element, element.getBoundingClientRect()]);
    boxes.forEach(([one, a], at) => {
      for (const [other, b] of boxes.slice(at + 1)) {
        if (one.contains(other) || other.contains(one)) continue;
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1 && down > 1) tell(`lies over ${words(one)}`, other);
      }
    });
  }

  const CODE = "pre, code, .abs-code, .abs-id, .abs-tl-svg, .abs-tl-ground, .abs-chart-plot, .abs-spark, .abs-graph";
  function isTurned() {
    const nav = document.querySelector(".abs-nav")?.getBoundingClientRect();
    if (nav && innerWidth >= 768 && nav.right < document.documentElement.clientWidth - 1) tell("the navigation is not on the right");
    for (const element of all(CODE)) if (getComputedStyle(element).direction !== "ltr") tell("is turned around", element);
    for (const element of all("h1, p, th, label")) {
      if (getComputedStyle(element).direction !== "rtl" && !element.closest("[dir=ltr], .abs-chart-plot")) tell("is not turned around", element);
    }
  }

  // What is wrong with a field is said with the field, not beside it only.
  function mistakesBelongToFields() {
    for (const mistake of all(".abs-field-error")) {
      const id = mistake.closest("[id]").id;
      if (!document.querySelector(`[aria-invalid="true"][aria-describedby~="${id}"]`)) tell("belongs to no field", mistake);
    }
  }

  // What counts seconds must not be read out each second.
  function nothingChatters() {
    for (const clock of document.querySelectorAll(":is([role=status], [role=alert], [aria-live]) [data-relative]")) tell("is read out again and again", clock);
  }

  for ([name, html] of Object.entries(pages)) {
    show(html);
    fits();
    all(LABELS).forEach(holdsItsText);
    ROWS.forEach(standApart);
    mistakesBelongToFields();
    nothingChatters();
    if (document.documentElement.dir === "rtl") isTurned();
  }
  return amiss;
}
