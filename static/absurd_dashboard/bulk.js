// The box for everything that matches ticks the rows in view; a row that is unticked unticks it.
const rows = () => document.querySelectorAll('input[name="task"][form="bulk"]');

addEventListener("change", ({ target }) => {
  const all = document.getElementById("bulk-all");
  if (target === all) {
    for (const row of rows()) row.checked = all.checked;
  } else if (all && target.form === all.form && target.name === "task" && !target.checked) {
    all.checked = false;
  }
});
