// Matrices of the same texts side by side, one canvas each, with one zoom and one cross-hair for all of them: what
// stands on the page and what people do to it. Python joins this file to matrix_drawing.js, which paints.
//
// Python sends four bytes with the length of a JSON header, the header, and m x m bytes per matrix. A byte is a level:
// 0 below low, 1 to 253 from low to high, 254 above high, 255 for no value. Texts reach the page only as textContent
// or canvas text, never as markup.
const CAPTION = 22;
const FEWEST = 3; // cells across at the deepest zoom
const HINT = "Wheel or + and − zoom, dragging moves, a click or Enter opens the pair.";
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const pictures = new WeakMap(); // what stands in each place of the page; Streamlit calls again at every rerun

export default function ({ data, parentElement, setStateValue }) {
  let picture = pictures.get(parentElement);
  if (!picture) pictures.set(parentElement, (picture = new Picture(parentElement)));
  picture.send = (cell) => setStateValue("cell", cell);
  picture.show(unpack(data));
  const turn = ++picture.turn;
  return () => {
    // A call that was overtaken by the next one is cleaned up late, and must not take the picture away.
    if (picture.turn !== turn) return;
    pictures.delete(parentElement);
    picture.close();
  };
}

function unpack(data) {
  const length = new DataView(data.buffer, data.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length)));
  const cells = header.texts.length ** 2;
  header.panels.forEach((panel, place) => {
    const start = 4 + length + place * cells;
    panel.levels = data.subarray(start, start + cells);
    panel.place = place;
    panel.table = colourTable(panel.colours);
    panel.misses = panel.levels.includes(NO_VALUE);
  });
  return header;
}

const element = (tag, name = "", text = "") => {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
};

class Picture extends Drawing {
  turn = 0;
  draws = 0;

  constructor(parent) {
    super();
    this.root = element("div", "picture");
    this.note = element("span", "note");
    this.resetButton = this.button("Reset view", () => this.reset());
    const bar = element("div", "bar");
    bar.append(this.note, this.resetButton, this.button("Download PNG", () => this.download()));
    this.grid = element("div", "panels");
    this.legend = element("div", "legend");
    this.status = element("div", "status");
    this.status.setAttribute("aria-live", "polite");
    this.tip = element("div", "tip");
    this.tip.hidden = true;
    this.root.setAttribute("role", "group");
    this.root.append(bar, this.grid, this.legend, this.status, this.tip);
    parent.append(this.root);
    this.observer = new ResizeObserver(() => this.layout());
    this.observer.observe(this.root);
    this.onResize = () => this.layout(); // the browser's own zoom changes the pixels, not the width
    window.addEventListener("resize", this.onResize);
  }

  button(text, action) {
    const made = element("button", "", text);
    made.type = "button";
    made.addEventListener("click", action);
    return made;
  }

  close() {
    this.observer.disconnect();
    window.removeEventListener("resize", this.onResize);
    cancelAnimationFrame(this.frame);
    clearTimeout(this.waiting);
    // A canvas of no size gives its memory back at once; waiting for the collector keeps megabytes a page.
    for (const { canvas, base } of this.panels ?? []) canvas.width = canvas.height = base.width = base.height = 0;
    this.root.remove();
    this.content = this.panels = null;
  }

  // What is shown ---------------------------------------------------------------------------------------------------

  show(content) {
    const style = getComputedStyle(this.root);
    const read = (name) => style.getPropertyValue(`--st-${name}`).trim();
    const theme = { text: read("text-color"), ground: read("background-color"), line: read("border-color"),
                    accent: read("primary-color"), font: read("font") || "sans-serif" };
    const dressed = JSON.stringify(theme) === JSON.stringify(this.theme);
    this.theme = theme;
    if (content.digest === this.content?.digest) {
      if (!dressed) this.redraw();
      return;
    }
    const sameTexts = JSON.stringify(content.texts) === JSON.stringify(this.content?.texts);
    this.content = content;
    this.size = content.texts.length;
    if (!sameTexts) this.view = { row: 0, column: 0, span: this.size };
    this.cell = this.picked = null;
    this.tip.hidden = true;
    this.status.textContent = "";
    this.root.setAttribute("aria-label", content.alt);
    this.panels = content.panels.map((panel) => this.panel(panel));
    this.grid.replaceChildren(...this.panels.map((panel) => panel.figure));
    this.showLegend();
    this.width = 0;
    this.layout();
  }

  panel(panel) {
    const [figure, caption] = [element("figure"), element("figcaption")];
    const canvas = element("canvas");
    const value = element("span", "value");
    caption.append(element("span", "title", panel.title), value);
    figure.append(caption, canvas);
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application"); // or a screen reader would keep the arrow keys for itself
    canvas.setAttribute("aria-label", `${panel.title}: ${this.content.alt}`);
    const made = { ...panel, figure, caption, canvas, value, base: document.createElement("canvas") };
    this.listen(made);
    return made;
  }

  showLegend() {
    const { labels = [], label_colours: colours, no_label: none, bands = [] } = this.content;
    const entries = labels.map((label, place) => [label, colours[place]]);
    if (bands.includes(-1)) entries.push(["no label", none]);
    const many = [element("span", "", `Colours along the edges: ${labels.length} labels; point at one for its name.`)];
    const named = entries.map(([label, colour]) => {
      const [entry, square] = [element("span", "", label), element("i")];
      square.style.background = colour;
      entry.prepend(square);
      return entry;
    });
    this.legend.replaceChildren(...(entries.length > 9 ? many : named));
  }

  /** Columns and sizes for the width there is. */
  layout() {
    const width = this.root.clientWidth;
    const ratio = window.devicePixelRatio || 1;
    if (!this.panels || !width || (width === this.width && ratio === this.ratio)) return;
    [this.width, this.ratio] = [width, ratio];
    const columns = Math.min(this.panels.length, width >= 800 ? 3 : width >= 520 ? 2 : 1);
    this.grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    const room = (width - 18 * (columns - 1)) / columns;
    const tall = Math.max(this.content.height - CAPTION, 120);
    this.top = this.content.bands ? BAND + 2 : 1;
    // A row can be read from 11 pixels on; its text takes what width is left, if that is worth having.
    const full = Math.min(room - this.top - 1, tall - this.top - SCALE);
    const side = Math.max(11 * this.size, Math.min(full, 0.64 * room));
    const beside = Math.min(220, room - side - this.top - 1);
    this.beside = this.size <= 40 && side <= full && beside >= 60 ? Math.floor(beside) : 0;
    this.left = this.beside + this.top;
    this.side = Math.max(Math.floor(Math.min(room - this.left - 1, full)), 40);
    for (const { caption, canvas, base } of this.panels) {
      const [w, h] = [this.left + this.side + 1, this.top + this.side + SCALE];
      for (const one of [canvas, base]) [one.width, one.height] = [Math.round(w * ratio), Math.round(h * ratio)];
      [caption.style.width, canvas.style.width, canvas.style.height] = [`${w}px`, `${w}px`, `${h}px`];
    }
    this.drawAll();
  }

  // Drawing ---------------------------------------------------------------------------------------------------------

  redraw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.drawAll());
  }

  drawAll() {
    if (!this.width) return;
    this.panels.forEach((panel) => this.draw(panel));
    this.pointAt();
    const step = Math.ceil(this.view.span / (this.side * this.ratio));
    this.note.textContent =
      step > 1 ? `One pixel is the mean of up to ${step} × ${step} pairs; zoom in for single ones. ${HINT}` : HINT;
    this.resetButton.disabled = this.view.span === this.size;
    this.root.dataset.draws = ++this.draws;
    this.root.dataset.drawn = this.content.digest;
    this.root.dataset.span = this.view.span.toFixed(2);
  }

  // Moving about ----------------------------------------------------------------------------------------------------

  look(row, column, span) {
    span = clamp(span, Math.min(FEWEST, this.size), this.size);
    this.view = { row: clamp(row, 0, this.size - span), column: clamp(column, 0, this.size - span), span };
    this.redraw();
  }

  reset() {
    this.look(0, 0, this.size);
  }

  /** Zoom so that what lies at `x`, `y` (0 to 1 across the picture) stays where it is. */
  zoom(factor, x, y) {
    const { row, column, span } = this.view;
    const wanted = clamp(span * factor, Math.min(FEWEST, this.size), this.size);
    this.look(row + y * (span - wanted), column + x * (span - wanted), wanted);
  }

  listen(panel) {
    const { canvas } = panel;
    let drag = null;
    const on = (name, react, options) => canvas.addEventListener(name, react, options);
    const where = (event) => [(event.offsetX - this.left) / this.side, (event.offsetY - this.top) / this.side];
    on("pointerdown", (event) => {
      if (event.button !== 0) return;
      drag = { x: event.clientX, y: event.clientY, ...this.view, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    on("pointermove", (event) => {
      if (!drag) return this.hover(panel, event, ...where(event));
      const [right, down] = [event.clientX - drag.x, event.clientY - drag.y];
      drag.moved ||= Math.hypot(right, down) > 4;
      const cells = this.view.span / this.side;
      if (drag.moved) this.look(drag.row - down * cells, drag.column - right * cells, this.view.span);
    });
    on("pointerup", (event) => {
      const cell = this.cellAt(...where(event));
      if (drag && !drag.moved && cell) this.click(panel, cell);
      drag = null;
    });
    on("pointercancel", () => (drag = null));
    on("pointerleave", () => this.leave());
    on("dblclick", () => {
      clearTimeout(this.waiting);
      this.reset();
    });
    on("wheel", (event) => {
      // Nothing to zoom out of: the page scrolls on.
      if (event.deltaY > 0 && this.view.span === this.size) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 33 : 1;
      this.zoom(1.002 ** clamp(event.deltaY * lines, -300, 300), ...where(event).map((at) => clamp(at, 0, 1)));
    }, { passive: false });
    on("keydown", (event) => this.key(panel, event));
    on("blur", () => this.leave());
  }

  cellAt(x, y) {
    if (!(x >= 0 && x < 1 && y >= 0 && y < 1)) return null;
    const inside = (at) => Math.min(Math.floor(at), this.size - 1);
    return { row: inside(this.view.row + y * this.view.span), column: inside(this.view.column + x * this.view.span) };
  }

  click(panel, cell) {
    const send = () => {
      this.picked = cell;
      this.pointAt();
      // The time makes a second click on the same cell a new message.
      this.send({ panel: panel.place, ...cell, digest: this.content.digest, at: Date.now() });
    };
    clearTimeout(this.waiting);
    // Zoomed in, a second click resets the view and opens nothing, so the first one waits for it.
    if (this.view.span === this.size) send();
    else this.waiting = setTimeout(send, 250);
  }

  leave() {
    this.cell = null;
    this.tip.hidden = true;
    this.pointAt();
  }

  hover(panel, event, x, y) {
    this.cell = this.cellAt(x, y);
    this.pointAt();
    const lines = this.cell ? this.told(panel) : this.bandAt(x, y);
    this.tip.hidden = !lines.length;
    this.tip.replaceChildren(...lines);
    if (this.tip.hidden) return;
    const frame = this.root.getBoundingClientRect();
    const [left, top] = [event.clientX - frame.left, event.clientY - frame.top];
    const { offsetWidth: wide, offsetHeight: tall } = this.tip;
    this.tip.style.left = `${left + 14 + wide > frame.width ? Math.max(left - wide - 12, 0) : left + 14}px`;
    this.tip.style.top = `${top + 18 + tall > frame.height ? Math.max(top - tall - 12, 0) : top + 18}px`;
  }

  /** The value of the cell pointed at, with its unit. */
  value(panel) {
    const level = this.level(panel, this.cell);
    return level === NO_VALUE ? "no value" : `${spoken(panel, level)} ${panel.unit}`;
  }

  label(place) {
    return this.content.bands ? this.content.labels[this.content.bands[place]] ?? "no label" : "";
  }

  told(panel) {
    const { row, column } = this.cell;
    const lines = (row === column ? [row] : [row, column]).map((place) => {
      const line = element("div", "text", this.content.texts[place]);
      if (this.content.bands) line.append(element("span", "label", ` · ${this.label(place)}`));
      return line;
    });
    if (row === column) lines.push(element("div", "label", "with itself"));
    return [...lines, element("div", "number", this.value(panel))];
  }

  bandAt(x, y) {
    const strip = (at) => at < 0 && at * this.side >= -BAND - 1;
    const [onLeft, onTop] = [strip(x) && y >= 0 && y < 1, strip(y) && x >= 0 && x < 1];
    if (!this.content.bands || (!onLeft && !onTop)) return [];
    const cell = this.cellAt(onLeft ? 0 : x, onTop ? 0 : y);
    return [element("div", "text", this.label(onLeft ? cell.row : cell.column))];
  }

  key(panel, event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { row, column, span } = this.view;
    const middle = () => this.cellAt(0.5, 0.5);
    const about = () => {
      const { row: r, column: c } = this.cell ?? middle();
      return [(c + 0.5 - column) / span, (r + 0.5 - row) / span];
    };
    if (event.key in STEPS) this.step(STEPS[event.key], event.shiftKey ? 10 : 1, middle);
    else if (event.key === "Enter" && this.cell) this.click(panel, this.cell);
    else if (event.key === "+" || event.key === "=") this.zoom(0.7, ...about());
    else if (event.key === "-") this.zoom(1 / 0.7, ...about());
    else if (event.key === "0") this.reset();
    else if (event.key === "Escape") this.leave();
    else return;
    event.preventDefault();
  }

  /** Move the cell cursor; the view follows it. */
  step([down, right], far, middle) {
    const last = this.size - 1;
    const { row, column } = this.cell ?? middle();
    const moved = this.cell ? far : 0;
    this.cell = { row: clamp(row + down * moved, 0, last), column: clamp(column + right * moved, 0, last) };
    this.tip.hidden = true;
    const { span } = this.view;
    const follow = (from, at) => clamp(from, at + 1 - span, at);
    const [nextRow, nextColumn] = [follow(this.view.row, this.cell.row), follow(this.view.column, this.cell.column)];
    if (nextRow !== this.view.row || nextColumn !== this.view.column) this.look(nextRow, nextColumn, span);
    this.pointAt();
    const { texts } = this.content;
    const values = this.panels.map((panel) => `${panel.title}: ${this.value(panel)}`);
    this.status.textContent =
      `Row ${this.cell.row + 1}: ${texts[this.cell.row]} — column ${this.cell.column + 1}: ` +
      `${texts[this.cell.column]} — ${values.join("; ")}`;
  }

  /** All panels as they stand, with their titles, as one picture. */
  download() {
    const sheet = document.createElement("canvas");
    const { ratio, theme } = this;
    const frame = this.grid.getBoundingClientRect();
    [sheet.width, sheet.height] = [Math.ceil((frame.width + 16) * ratio), Math.ceil((frame.height + 16) * ratio)];
    const pen = sheet.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = theme.ground;
    pen.fillRect(0, 0, sheet.width, sheet.height);
    [pen.font, pen.fillStyle, pen.textBaseline] = [`600 13px ${theme.font}`, theme.text, "middle"];
    for (const { title, figure, canvas, base } of this.panels) {
      const [at, on] = [figure.getBoundingClientRect(), canvas.getBoundingClientRect()];
      pen.fillText(fitted(pen, title, at.width), at.left - frame.left + 8, at.top - frame.top + 8 + CAPTION / 2);
      pen.drawImage(base, on.left - frame.left + 8, on.top - frame.top + 8, on.width, on.height);
    }
    sheet.toBlob((blob) => {
      const link = document.createElement("a");
      [link.href, link.download] = [URL.createObjectURL(blob), "matrices.png"];
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }
}
