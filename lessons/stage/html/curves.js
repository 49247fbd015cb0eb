// Curves over steps, as an SVG that is drawn again whenever its width or its content changes.
//
//   const chart = curves(element, {name: "Loss", x: "step", hint: "...", read(step) {...}});
//   chart.show([{series: 0, label: "#3", kind: "strong", points: [[1, 6.9], [2, 6.1]]}]);
//
// kind: "strong" (with a name at its end), "faint", or "level" (a horizontal line at `value`). `series` chooses colour
// and dashes. read(step) is called with the step under the pointer or the one that the arrow keys have reached, null for
// none, and returns the words that a screen reader says.

const dashes = ["", "9 4", "3 3", "12 4 3 4", "6 2", "14 5", "2 5", "9 3 2 3 2 3"];
const colour = (series) => "series-" + (series % 5 + 1);
const dash = (series) => dashes[series % dashes.length];

// Round numbers that divide low ... high into some `wanted` parts.
function ticks(low, high, wanted, whole) {
  const rough = (high - low) / wanted || 1, power = 10 ** Math.floor(Math.log10(rough));
  let step = power * [1, 2, 5, 10].find((factor) => power * factor >= rough * 0.999);
  if (whole) step = Math.max(1, Math.round(step));
  const all = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i) all.push(i * step);
  return {step, all, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9))};
}

// Heights for names that begin at `x`, as near as possible to those wanted, so that none hides another (the height of a
// name is `room`; names far apart from left to right may share a height), all of them between `top` and `bottom`.
function spread(names, room, top, bottom) {
  const order = names.map((_, i) => i).sort((a, b) => names[a].y - names[b].y), places = names.map((name) => name.y);
  const beside = (i, done) => done.filter((j) => Math.abs(names[i].x - names[j].x) < 60);
  const walk = (all, limit) => all.forEach((i, n) => { places[i] = limit(i, beside(i, all.slice(0, n))); });
  walk(order, (i, done) => Math.max(top, places[i], ...done.map((j) => places[j] + room)));
  walk(order.reverse(), (i, done) => Math.min(bottom, places[i], ...done.map((j) => places[j] - room)));
  return places;
}

function curves(element, options) {
  // The name space of SVG, taken from an element that the page's own text has made.
  element.innerHTML = '<svg aria-hidden="true" focusable="false"></svg>';
  const svg = element.firstChild;
  const said = make("p", {class: "unseen", "aria-live": "polite"});
  element.append(said);
  element.tabIndex = 0;
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", options.name + ". " + options.hint);
  let lines = [], at = null, scale = null, overlay = null;

  function draw(name, attributes, parent = svg) {
    const node = document.createElementNS(svg.namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    parent.append(node);
    return node;
  }
  const write = (content, attributes) => { draw("text", attributes).textContent = content; };

  function limits() {
    const xs = [], ys = [];
    for (const line of lines) {
      if (line.kind === "level") { ys.push(line.value); continue; }
      for (const [x, y] of line.points) if (Number.isFinite(y)) { xs.push(x); ys.push(y); }
    }
    const least = (all) => all.reduce((a, b) => Math.min(a, b)), most = (all) => all.reduce((a, b) => Math.max(a, b));
    return xs.length ? {left: least(xs), right: most(xs), low: least(ys), high: most(ys)} : null;
  }

  function path(points) {
    let d = "", pen = "M";
    for (const [x, y] of points) {
      if (!Number.isFinite(y)) { pen = "M"; continue; }
      d += pen + scale.x(x).toFixed(1) + " " + scale.y(y).toFixed(1);
      pen = "L";
    }
    return d;
  }

  function render() {
    const width = Math.max(280, element.clientWidth), height = Math.round(Math.min(430, Math.max(260, width * 0.55)));
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    overlay = null;
    const range = limits();
    if (!range) {
      scale = null;
      write(options.empty, {x: width / 2, y: height / 2, "text-anchor": "middle"});
      return;
    }
    const area = {left: 52, right: width - 56, top: 14, bottom: height - 46};
    const rows = ticks(range.low, range.high, height / 55, false);
    const low = Math.min(range.low, rows.all[0] ?? range.low), high = Math.max(range.high, rows.all.at(-1) ?? range.high);
    const pad = high > low ? (high - low) * 0.04 : Math.abs(high) * 0.1 || 1;
    const share = (value, from, to) => (to > from ? (value - from) / (to - from) : 0.5);
    scale = {
      area, range,
      x: (step) => area.left + share(step, range.left, range.right) * (area.right - area.left),
      y: (value) => area.bottom - share(value, low - pad, high + pad) * (area.bottom - area.top),
    };
    for (const value of rows.all) {
      draw("line", {class: "grid", x1: area.left, x2: area.right, y1: scale.y(value), y2: scale.y(value)});
      write(value.toFixed(rows.digits), {x: area.left - 8, y: scale.y(value) + 4, "text-anchor": "end"});
    }
    draw("line", {class: "axis", x1: area.left, x2: area.right, y1: area.bottom, y2: area.bottom});
    for (const value of ticks(range.left, range.right, width < 500 ? 4 : 8, true).all) {
      draw("line", {class: "axis", x1: scale.x(value), x2: scale.x(value), y1: area.bottom, y2: area.bottom + 5});
      write(grouped(value), {x: scale.x(value), y: area.bottom + 20, "text-anchor": "middle"});
    }
    write(options.x, {x: area.right, y: area.bottom + 38, "text-anchor": "end"});
    for (const line of lines.filter((one) => one.kind === "level")) {
      const y = scale.y(line.value), series = line.series === null ? "" : colour(line.series);
      draw("line", {class: `level stroked ${series}`, x1: area.left, x2: area.right, y1: y, y2: y});
    }
    for (const kind of ["faint", "strong"])
      for (const line of lines.filter((one) => one.kind === kind))
        draw("path", {class: `curve stroked ${kind} ${colour(line.series)}`, d: path(line.points),
                      ...(kind === "strong" && {"stroke-dasharray": dash(line.series)})});
    write_names();
    overlay = draw("g", {});
    mark();
  }

  // The names of the curves behind their ends, those of levels above the line, at its right.
  function write_names() {
    const {area} = scale;
    const named = lines.filter((line) => line.kind === "strong" && line.points.some(([, y]) => Number.isFinite(y)));
    const ends = named.map((line) => line.points.filter(([, y]) => Number.isFinite(y)).at(-1));
    const places = spread(ends.map(([x, y]) => ({x: scale.x(x), y: scale.y(y)})), 16, area.top + 4, area.bottom - 4);
    named.forEach((line, i) => {
      draw("circle", {class: `point filled ${colour(line.series)}`, cx: scale.x(ends[i][0]), cy: scale.y(ends[i][1]), r: 4});
      write(line.label, {class: "name", x: scale.x(ends[i][0]) + 9, y: places[i] + 4});
    });
    const levels = lines.filter((line) => line.kind === "level");
    const rows = spread(levels.map((line) => ({x: area.right, y: scale.y(line.value) - 6})), 16, area.top + 4, area.bottom - 4);
    levels.forEach((line, i) => write(line.label, {class: "name", x: area.right - 6, y: rows[i], "text-anchor": "end"}));
  }

  // The step under the pointer: a line through it, and a dot on every strong curve that has a value there.
  function mark() {
    if (!overlay) return;
    overlay.replaceChildren();
    if (at === null) return;
    const {area} = scale, x = scale.x(at);
    draw("line", {class: "guide", x1: x, x2: x, y1: area.top, y2: area.bottom}, overlay);
    for (const line of lines) {
      const point = line.kind === "strong" && line.points.find(([step, y]) => step === at && Number.isFinite(y));
      if (point)
        draw("circle", {class: `point filled ${colour(line.series)}`, cx: x, cy: scale.y(point[1]), r: 5.5}, overlay);
    }
  }

  // The steps at which something was measured: those of the strong curves where there are any.
  function steps() {
    const strong = lines.filter((line) => line.kind === "strong" && line.points.length > 0);
    const from = strong.length ? strong : lines.filter((line) => line.kind === "faint");
    return [...new Set(from.flatMap((line) => line.points.map(([step]) => step)))].sort((a, b) => a - b);
  }
  function go(step, aloud) {
    if (step === at && !aloud) return;
    at = step;
    mark();
    const spoken = options.read(step);
    said.textContent = aloud ? spoken : "";
  }

  element.addEventListener("pointermove", (event) => {
    if (!scale) return;
    const box = svg.getBoundingClientRect(), {area, range} = scale;
    const inside = ((event.clientX - box.left) * (svg.viewBox.baseVal.width / box.width) - area.left) / (area.right - area.left);
    const wanted = range.left + inside * (range.right - range.left);
    const all = steps();
    if (all.length) go(all.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a)), false);
  });
  element.addEventListener("pointerleave", () => go(null, false));
  element.addEventListener("blur", () => go(null, false));
  element.addEventListener("keydown", (event) => {
    const all = steps(), here = all.indexOf(at), last = all.length - 1;
    const moves = {ArrowRight: here + 1, ArrowLeft: here < 0 ? last : here - 1, Home: 0, End: last,
                   PageDown: here + 10, PageUp: here < 0 ? last : here - 10};
    if (event.key === "Escape") return go(null, true);
    if (!(event.key in moves) || !all.length || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    go(all[Math.min(last, Math.max(0, moves[event.key]))], true);
  });
  // Drawn in the next frame: the drawing changes the height, which must not be answered in the same one.
  let drawn = 0;
  new ResizeObserver(() => requestAnimationFrame(() => {
    if (element.clientWidth !== drawn) { drawn = element.clientWidth; render(); }
  })).observe(element);
  return {show(content) { lines = content; at = null; render(); options.read(null); }};
}
