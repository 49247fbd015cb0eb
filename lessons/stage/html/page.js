// What every page can do: its data, the switch between light and dark, tables that are sorted by a click.

const data = JSON.parse(document.getElementById("data").textContent);
const words = data.words;

// An HTML element: make("td", {class: "number"}, "3.14", another). Text is never read as HTML.
function make(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...content);
  return element;
}

// Light or dark: as the system says, until the button says otherwise. A page on a disk may have no storage; then the
// choice lasts as long as the page is open.
(function theme() {
  const root = document.documentElement, button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem("dikkat-theme"); } catch (error) { chosen = null; }
  const apply = () => {
    const dark = chosen ? chosen === "dark" : system.matches;
    root.dataset.theme = dark ? "dark" : "light";
    button.textContent = dark ? words.light : words.dark;
  };
  system.addEventListener("change", apply);
  button.addEventListener("click", () => {
    chosen = root.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("dikkat-theme", chosen); } catch (error) { /* it lasts for this page */ }
    apply();
  });
  button.hidden = false;
  apply();
})();

// Tables of class "sortable": every heading with data-sort becomes a button. A cell's data-value is the number behind
// it, an empty one stands at the end either way; cells without it are compared as text.
function sortable(table) {
  const headings = [...table.tHead.rows[0].cells], language = document.documentElement.lang;
  const order = (column, sign) => (a, b) => {
    const [x, y] = [a.cells[column], b.cells[column]];
    if (!("value" in x.dataset)) return sign * x.textContent.localeCompare(y.textContent, language, {numeric: true});
    if (x.dataset.value === "" || y.dataset.value === "") return (x.dataset.value === "") - (y.dataset.value === "");
    return sign * (Number(x.dataset.value) - Number(y.dataset.value));
  };
  headings.forEach((heading, column) => {
    if (!("sort" in heading.dataset)) return;
    const button = make("button", {type: "button"}, ...heading.childNodes);
    heading.append(button);
    heading.setAttribute("aria-sort", heading.getAttribute("aria-sort") || "none");
    button.addEventListener("click", () => {
      const up = heading.getAttribute("aria-sort") !== "ascending";
      for (const other of headings) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      table.tBodies[0].append(...[...table.tBodies[0].rows].sort(order(column, up ? 1 : -1)));
    });
  });
}
document.querySelectorAll("table.sortable").forEach(sortable);

// "12,345"
function grouped(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

// A number in few characters, with so many digits behind the point where that makes sense.
function short(value, digits = 3) {
  if (value === null || !Number.isFinite(value)) return "nan";
  return Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(2) : value.toFixed(digits);
}
