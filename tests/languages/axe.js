// What axe finds on each page; layout.js says how one is shown.
async (pages) => {
  const amiss = [];
  for (const [name, html] of Object.entries(pages)) {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const { name, value } of page.documentElement.attributes) document.documentElement.setAttribute(name, value);
    document.title = page.title;
    document.body.replaceWith(document.adoptNode(page.body));
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    for (const { help, nodes } of violations) for (const { html } of nodes) amiss.push(`${name}: ${help}: ${html}`);
  }
  return amiss;
}
