// The elements around the picture: tools, legend, status, tooltip. User text goes in by textContent only.

const TOOLS = [
  ["pan", "Pan", "Drag to move the maps"],
  ["box", "Box", "Drag a rectangle to select texts"],
  ["lasso", "Lasso", "Draw around texts to select them"],
];
const ACTIONS = [
  ["closer", "+", "Zoom in"],
  ["farther", "−", "Zoom out"],
  ["reset", "Reset view", "Show all points again (double-click, or 0)"],
  ["clear", "Clear selection", "Select nothing (Escape)"],
  ["picture", "PNG", "Download the maps as a picture"],
];
const HINT =
  "Wheel or + and − zoom, arrow keys move, 0 shows all, Enter selects what is in view, Escape clears the selection.";
const MOST_NAMES = 500; // entries of a legend; more make the page slow and nobody reads them
const number = (value) => value.toLocaleString("en-GB");

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// The parts of the component; onTool and onAction are called with a name.
function buildParts({ onTool, onAction }) {
  const button = ([name, label, title], call) => {
    const made = element("button", { type: "button", textContent: label, title, onclick: () => call(name) });
    made.setAttribute("aria-label", label.length > 1 ? label : title);
    made.dataset.name = name;
    return made;
  };
  const tools = TOOLS.map((tool) => button(tool, onTool));
  const actions = ACTIONS.map((action) => button(action, onAction));
  const bar = element("div", { className: "bar" }, element("span", { className: "group" }, ...tools), ...actions);
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Map tools");
  const points = element("canvas", { className: "points" });
  points.setAttribute("aria-hidden", "true");
  const over = element("canvas", { className: "over", tabIndex: 0 });
  over.setAttribute("role", "application");
  over.setAttribute("aria-roledescription", "map of points");
  over.setAttribute("aria-describedby", "hint");
  const tip = element("div", { className: "tip", hidden: true });
  tip.setAttribute("aria-hidden", "true");
  const message = element("p", { className: "message", hidden: true });
  message.setAttribute("role", "alert");
  const stage = element("div", { className: "stage" }, points, over, tip, message);
  const legend = element("div", { className: "legend" });
  legend.setAttribute("role", "group");
  const status = element("span", { className: "status" });
  status.setAttribute("role", "status");
  const foot = element("p", { className: "foot" }, status, element("span", { id: "hint", textContent: HINT }));
  const body = element("div", { className: "body" }, stage, legend);
  const root = element("div", { className: "maps" }, bar, body, foot);
  return { root, bar, tools, body, stage, points, over, tip, message, legend, status };
}

function pressTool(parts, tool) {
  for (const made of parts.tools) made.setAttribute("aria-pressed", String(made.dataset.name === tool));
  parts.over.style.cursor = tool === "pan" ? "grab" : "crosshair";
}

// One entry a name, or the colours of a scale. onToggle(code), onOnly(code) and onAll() change what is hidden.
function fillLegend(legend, model, { hidden, onToggle, onOnly, onAll }) {
  const { title } = model.header.colouring;
  legend.replaceChildren();
  legend.setAttribute("aria-label", title || "Legend");
  legend.hidden = !model.names.length && model.byName;
  if (title) legend.append(element("div", { className: "title", textContent: title }));
  if (!model.byName) return void legend.append(...scaleEntries(model));
  const entries = model.names.slice(0, MOST_NAMES).map((name, code) => {
    const swatch = element("span", { className: "swatch" });
    swatch.style.background = model.palette[code];
    const label = element("span", { className: "name", textContent: name });
    const count = element("span", { className: "count", textContent: number(model.counts[code]) });
    const entry = element("button", { type: "button", className: "entry", title: name }, swatch, label, count);
    entry.onclick = () => onToggle(code);
    entry.ondblclick = () => onOnly(code);
    return entry;
  });
  legend.append(element("div", { className: "entries" }, ...entries));
  const more = model.names.length - entries.length;
  if (more > 0) legend.append(element("div", { className: "count", textContent: `and ${number(more)} more` }));
  const all = element("button", { type: "button", className: "all", textContent: "Show all", onclick: onAll });
  legend.append(all);
  showHidden(legend, hidden);
}

function showHidden(legend, hidden) {
  legend.querySelectorAll(".entry").forEach((entry, code) => entry.setAttribute("aria-pressed", !hidden.has(code)));
  const all = legend.querySelector(".all");
  if (all) all.hidden = !hidden.size;
}

function scaleEntries(model) {
  const { low, high, scale } = model.header.colouring;
  const ramp = element("div", { className: "ramp" });
  ramp.style.background = `linear-gradient(to top, ${scale.map(([at, colour]) => `${colour} ${at * 100}%`).join(",")})`;
  const short = (value) => element("span", { textContent: String(Number(value.toPrecision(3))) });
  const ends = element("div", { className: "ends" }, short(high), short(low));
  const entries = [element("div", { className: "scale" }, ramp, ends)];
  if (model.codes.includes(SCALE_STEPS)) {
    const swatch = element("span", { className: "swatch" });
    swatch.style.background = model.palette[SCALE_STEPS];
    entries.push(element("div", { className: "entry" }, swatch, element("span", { textContent: "no value" })));
  }
  return entries;
}

function fillTip(tip, model, row) {
  const { colouring, texts } = model.header;
  const facts = [`Row ${number(row + 1)}`];
  if (model.names.length) facts.push(model.names[model.codes[row]]);
  if (!model.byName) {
    const value = model.values[row];
    const told = Number.isNaN(value) ? "no value" : Number(value.toPrecision(4));
    facts.push(colouring.title ? `${colouring.title}: ${told}` : String(told));
  }
  const lines = [element("div", { className: "facts", textContent: facts.join(" · ") })];
  if (texts) lines.unshift(element("div", { textContent: texts[row] }));
  tip.replaceChildren(...lines);
}

// Beside the pointer, inside the stage.
function placeTip(tip, x, y, width, height) {
  tip.hidden = false;
  const left = x + 14 + tip.offsetWidth > width ? x - 14 - tip.offsetWidth : x + 14;
  const top = y + 14 + tip.offsetHeight > height ? y - 14 - tip.offsetHeight : y + 14;
  tip.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
}

function tellStatus(status, model, selection, hidden) {
  const told = [];
  if (selection) {
    let unseen = 0;
    if (hidden.size) selection.marks.forEach((mark, row) => (unseen += mark && hidden.has(model.codes[row]) ? 1 : 0));
    told.push(
      `${number(selection.count)} of ${number(model.n)} texts selected` +
        (unseen ? ` (${number(unseen)} of them hidden in the legend)` : ""),
    );
  } else told.push(`${number(model.n)} ${model.n === 1 ? "text" : "texts"}`);
  if (model.lit) told.push(`${number(model.lit.reduce((sum, one) => sum + one, 0))} lit up`);
  status.textContent = told.join(", ") + ".";
}
