// Makes one element like another by the fewest changes, so that focus, selection, scroll position
// and what the viewer opened or typed survive. Children with an id keep their identity.

/** Replace `target`'s children by those of `source`; both are elements. */
export function morphChildren(target, source) {
  const kept = keyed(source);
  const old = keyed(target);
  let cursor = target.firstChild;
  for (const wanted of [...source.childNodes]) {
    while (cursor && gone(cursor, kept)) cursor = remove(cursor);
    const match = old.get(wanted.id) ?? nextAlike(cursor, wanted);
    if (!match) target.insertBefore(wanted, cursor);
    else {
      if (match === cursor) cursor = cursor.nextSibling;
      else move(target, match, cursor);
      morph(match, wanted);
    }
  }
  while (cursor) cursor = remove(cursor);
}

function morph(target, source) {
  if (target.isEqualNode(source)) return;
  if (target.nodeType !== Node.ELEMENT_NODE) {
    if (target.data !== source.data) target.data = source.data;
    return;
  }
  // time.js has put this instant into the viewer's words.
  if (target.localName === "time" && target.dateTime === source.dateTime && target.dataset.form === source.dataset.form) return;
  // The same JSON, perhaps with more of it loaded.
  if (target.dataset?.of && target.dataset.of === source.dataset.of) return;
  attributes(target, source);
  morphChildren(target, source);
}

function attributes(target, source) {
  const before = target.className;
  for (const { name } of [...target.attributes]) {
    if (!source.hasAttribute(name) && !viewers(target, name)) target.removeAttribute(name);
  }
  for (const { name, value } of source.attributes) {
    if (target.getAttribute(name) !== value && !viewers(target, name)) target.setAttribute(name, value);
  }
  if (target.matches(".abs-badge") && target.className !== before) moved(target);
}

// Another state: the eye is led to it, for as long as the design's motion lasts; 0 where it is unwelcome.
function moved(badge) {
  const duration = parseFloat(getComputedStyle(badge).getPropertyValue("--abs-motion"));
  if (duration) badge.animate({ opacity: [0, 1], translate: ["0 -0.3em", "0"] }, { duration, easing: "ease-out" });
}

// What the viewer decides: which folds are open.
const viewers = (element, name) => name === "open" && element.localName === "details";

const keyed = (parent) => new Map([...parent.children].filter((child) => child.id).map((child) => [child.id, child]));
const gone = (node, kept) => Boolean(node.id) && !kept.has(node.id);

function nextAlike(node, wanted) {
  if (wanted.id) return null;
  while (node && (node.id || node.nodeName !== wanted.nodeName)) node = node.nextSibling;
  return node;
}

function move(parent, node, before) {
  if (parent.moveBefore) parent.moveBefore(node, before); // keeps focus and scroll
  else parent.insertBefore(node, before);
}

function remove(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}
