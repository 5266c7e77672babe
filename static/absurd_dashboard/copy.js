// Copies what a button [data-copy] names, and says so.
async function copy(button) {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no clipboard without https: select the text in a prompt instead
    prompt("", text);
    return;
  }
  const shape = button.querySelector("use");
  const before = shape.getAttribute("href");
  if (button.dataset.copied === undefined) {
    shape.setAttribute("href", before.replace(/#.*/, "#check"));
    button.dataset.copied = "";
    setTimeout(() => { shape.setAttribute("href", before); delete button.dataset.copied; }, 1_200);
  }
  document.getElementById("abs-announce").textContent = document.documentElement.dataset.textCopied;
}

addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (button) copy(button);
});
