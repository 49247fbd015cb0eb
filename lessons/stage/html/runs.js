// The page of runs: boxes choose the runs, the chart and the columns beside each other follow.

const runs = data.runs;
const state = {unit: "loss", training: true, shown: new Set(runs.map((run) => run.number).slice(data.compares ? 0 : -4))};
const chosen = () => runs.filter((run) => state.shown.has(run.number));
const index = new Map(runs.map((run, i) => [run.number, i]));

// The points [step, value] of a curve in the unit that is shown; null where a run has no such unit.
function points(run, name) {
  const factor = state.unit === "loss" ? 1 : name === "validation" ? run.bits_for_each_loss : null;
  if (factor === null) return null;
  return run[name].step.map((step, i) => [step, run[name].loss[i] === null ? NaN : run[name].loss[i] * factor]);
}

// What counting reaches: one line for all runs of the same value.
function levels() {
  const groups = new Map();
  for (const run of chosen()) {
    const factor = state.unit === "loss" ? 1 : run.bits_for_each_loss;
    if (run.ngram_loss === null || factor === null) continue;
    const value = run.ngram_loss * factor, label = short(value);
    if (!groups.has(label)) groups.set(label, {value, runs: []});
    groups.get(label).runs.push(run);
  }
  return [...groups].map(([label, {value, runs: those}]) => ({
    kind: "level", value, series: those.length > 1 ? null : index.get(those[0].number),
    label: (groups.size > 1 ? those.map((run) => "#" + run.number).join(" ") + " " : "") + words.ngram + " " + label,
  }));
}

function lines() {
  const all = levels();
  for (const run of chosen()) {
    const series = index.get(run.number), label = "#" + run.number;
    const training = state.training && points(run, "training"), validation = points(run, "validation");
    if (training) all.push({kind: "faint", series, label, points: training});
    if (validation) all.push({kind: "strong", series, label, points: validation});
  }
  return all;
}

// The value at that step, or the nearest one measured before it; none where the run had ended. Without a step: the last.
function value_at(run, name, step) {
  const measured = points(run, name) || [], end = Math.max(...run.validation.step, ...run.training.step);
  const before = step === null ? measured : step > end ? [] : measured.filter(([at]) => at <= step);
  return before.length ? before.at(-1) : null;
}

// The table beside the chart, and the same in words.
function read(step) {
  const body = document.getElementById("readings");
  document.getElementById("readings-at").textContent = step === null ? words.last : words.step + " " + grouped(step);
  const spoken = [];
  body.replaceChildren(...chosen().map((run) => {
    const validation = value_at(run, "validation", step), training = value_at(run, "training", step);
    // Runs are validated at steps of their own: where this is not one of them, the step is written beside the value.
    const earlier = step !== null && validation && validation[0] !== step;
    const from = earlier ? "(" + words.step + " " + grouped(validation[0]) + ") " : "";
    const cell = (point, before = "") =>
      make("td", {class: "number"}, make("span", {class: "earlier"}, before), point ? short(point[1]) : "-");
    spoken.push("#" + run.number + " " + words.validation + " " + from + (validation ? short(validation[1]) : "-"));
    const swatch = make("span");
    swatch.innerHTML = '<svg class="swatch" viewBox="0 0 44 12" aria-hidden="true"><line x1="0" x2="44" y1="6" y2="6"></line></svg>';
    swatch.firstChild.classList.add(colour(index.get(run.number)));
    swatch.firstChild.firstChild.setAttribute("stroke-dasharray", dash(index.get(run.number)));
    return make("tr", {}, make("th", {scope: "row"}, swatch, run.title), cell(validation, from), cell(training));
  }));
  return step === null ? "" : words.step + " " + grouped(step) + ". " + spoken.join(". ");
}

const chart = curves(document.getElementById("chart"), {
  name: words.curves, hint: words.hint, x: words.step, empty: words.empty, read,
});

// Columns beside each other: those of the chosen runs; marks are made again for them alone.
function compare() {
  const table = document.getElementById("facts"), row = (key) => table.querySelector(`tr[data-key="${key}"]`);
  const cells = (line) => [...line.cells].filter((cell) => state.shown.has(Number(cell.dataset.run)));
  for (const cell of table.querySelectorAll("[data-run]")) cell.hidden = !state.shown.has(Number(cell.dataset.run));
  const differs = (line) => line !== null && new Set(cells(line).map((cell) => cell.dataset.shown)).size > 1;
  for (const line of table.querySelectorAll("tr[data-setting]")) {
    const other = line.dataset.setting === "marked" && differs(line);
    line.classList.toggle("differs", other);
    line.querySelector(".signs").replaceChildren(...(other ? ["≠", unseen(words.differs)] : []));
  }
  for (const line of table.querySelectorAll("tr[data-best]")) {
    const comparable = line.dataset.needs.split(" ").filter(Boolean).every((key) => !differs(row(key)));
    const values = cells(line).map((cell) => cell.dataset.value).filter((value) => value !== "").map(Number);
    const best = line.dataset.best === "highest" ? Math.max(...values) : Math.min(...values);
    const marks = comparable && line.dataset.best !== "none" && new Set(values).size > 1;
    for (const cell of cells(line)) {
      const wins = marks && cell.dataset.value !== "" && Number(cell.dataset.value) === best;
      cell.classList.toggle("best", wins);
      cell.querySelector(".signs").replaceChildren(...(wins ? ["★", unseen(words.best)] : []));
    }
  }
  for (const warning of document.querySelectorAll("[data-warns]")) warning.hidden = !differs(row(warning.dataset.warns));
  document.getElementById("beside").hidden = state.shown.size === 0;
}
const unseen = (content) => make("span", {class: "unseen"}, " " + content + " ");

// Every point of the chosen runs, made when somebody opens it: long runs have hundreds.
function list_points() {
  const place = document.getElementById("points");
  if (!place.closest("details").open) return;
  place.replaceChildren(...chosen().flatMap((run) => ["validation", "training"].flatMap((name) => {
    const rows = run[name].step.map((step, i) =>
      make("tr", {}, make("td", {class: "number"}, grouped(step)), make("td", {class: "number"}, short(run[name].loss[i], 4))));
    if (!rows.length) return [];
    const head = make("tr", {}, make("th", {class: "number", scope: "col"}, words.step),
                      make("th", {class: "number", scope: "col"}, words.loss));
    return [make("h3", {}, run.title + ": " + words[name]),
            make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))];
  })));
}

function refresh() {
  chart.show(lines());
  compare();
  list_points();
}

for (const box of document.querySelectorAll("input[data-run]")) {
  const number = Number(box.dataset.run);
  box.checked = state.shown.has(number);
  box.disabled = false;
  box.addEventListener("change", () => {
    state.shown[box.checked ? "add" : "delete"](number);
    refresh();
  });
}
document.getElementById("training").addEventListener("change", (event) => {
  state.training = event.target.checked;
  refresh();
});
for (const choice of document.querySelectorAll('input[name="unit"]'))
  choice.addEventListener("change", () => {
    state.unit = choice.value;
    document.getElementById("bits-note").hidden = state.unit === "loss";
    refresh();
  });
document.getElementById("units").hidden = !runs.some((run) => run.bits_for_each_loss !== null);
document.getElementById("points").closest("details").addEventListener("toggle", list_points);
document.querySelectorAll(".needs-script").forEach((element) => { element.hidden = false; });
refresh();
