// What htmx leaves open: answers that are no fragment, servers that do not answer, and messages.
const root = document.documentElement;
const path = (url) => new URL(url, location.href).pathname;

// A redirect (to the sign-in page, say) or an error is a page of its own: go there.
addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (requestConfig?.verb !== "get") return;
  if (event.detail.target.id !== "main") { // a part beside the page is left as it is
    event.detail.shouldSwap = xhr.status < 400;
    return;
  }
  if (xhr.status < 400 && path(xhr.responseURL) === path(requestConfig.path)) return;
  event.detail.shouldSwap = false;
  location.assign(xhr.status < 400 ? xhr.responseURL : event.detail.pathInfo.finalRequestPath);
});

addEventListener("htmx:sendError", ({ detail }) => detail.target.id === "main" && toast(root.dataset.textUnreachable));
addEventListener("htmx:afterSettle", ({ detail }) => {
  // Whatever had the focus went with the old page: let the next Tab begin in the new one.
  if (detail.target?.id === "main" && document.activeElement === document.body) document.getElementById("main").focus({ preventScroll: true });
});

addEventListener("click", (event) => {
  event.target.closest?.("[data-dismiss]")?.closest("[data-toast]").remove();
});

// Pinned views are counted anew once a minute, while somebody may be looking.
setInterval(() => document.hidden || document.getElementById("abs-pinned")?.dispatchEvent(new Event("abs:count")), 60_000);

function toast(text) {
  const note = document.createElement("div");
  note.className = "abs-toast";
  note.append(Object.assign(document.createElement("p"), { textContent: text }));
  document.getElementById("abs-toasts").replaceChildren(note);
  setTimeout(() => note.remove(), 8_000);
}
