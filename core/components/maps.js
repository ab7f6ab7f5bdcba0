// The component: view, pointer, keys, selection, and what is told to Python. The other maps_*.js stand before it in
// the same module.

const MOST_ZOOM = 2000;
const MOST_VERTICES = 500;
const HOVER_MS = 200; // the pointer rests this long before the row is reported
const REST_MS = 160; // after this long without movement everything is drawn
const FRAME_MS = 40; // what one frame may take while the view moves
const FEWEST = 50000; // points drawn whatever a frame takes
const GAP = 10;
const TITLE = 24;
const NEAR = 8; // pixels around the pointer in which a point counts as pointed at
const STILL = 4; // pixels: less is a click
const NO_WEBGL = "The map needs WebGL 2, which this browser does not offer. Tables and downloads on this page work without it.";
const LOST = "The browser took the graphics memory away. The map comes back as soon as it is given again.";

// What was seen and selected, by key, for an element that Streamlit takes away and puts elsewhere.
const remembered = new Map();
// What elements like this one brought, for as long as they stand on the page.
const brought = new Map();
const shared = (globalThis.vecassayMaps ??= { places: new Map() });

// Draw in every place of maps_look.js whose points are here; the others wait for theirs.
shared.serve = () => {
  for (const place of shared.places.values()) {
    if (place.look?.bytes !== place.data) place.look = { bytes: place.data, ...unpack(place.data) };
    const points = [...brought.values()].find(({ header }) => header.content === place.look.header.of);
    if (!points) continue;
    place.maps ||= new Maps(place.parent);
    place.maps.tell = place.tell;
    place.maps.update(points, place.look);
  }
};

// This element is not seen: it brings points, texts and this code, once, however often their look changes.
export default function ({ data, parentElement }) {
  const element = parentElement.closest("[class*=st-key-]");
  if (element) element.style.display = "none"; // or it would stand on the page as a gap
  const before = brought.get(parentElement);
  const came = before?.bytes === data ? before : { bytes: data, ...unpack(data) };
  const same = came.header.content === before?.header.content;
  const mine = { ...(same ? before : came) }; // its own object: a call that was overtaken is cleaned up late
  brought.set(parentElement, mine);
  shared.serve();
  return () => brought.get(parentElement) === mine && brought.delete(parentElement);
}

class Maps {
  constructor(parent) {
    this.parts = buildParts({ onTool: (tool) => this.setTool(tool), onAction: (name) => this[name]() });
    parent.append(this.parts.root);
    this.context = this.parts.over.getContext("2d");
    this.model = null;
    this.view = { x: 0, y: 0, zoom: 1 };
    this.hidden = new Set();
    this.selection = null;
    this.hover = this.clicked = -1;
    this.drag = null;
    this.fullMs = this.share = this.frames = 0;
    this.cells = [];
    this.setTool("pan");
    this.startPainter();
    this.listening = new AbortController();
    this.listen();
    this.watcher = new ResizeObserver(() => this.layout());
    this.watcher.observe(this.parts.root);
  }

  startPainter() {
    try {
      this.painter = new Painter(this.parts.points);
      this.say("");
    } catch {
      this.painter = null;
      this.say(NO_WEBGL);
    }
  }

  say(sentence) {
    this.parts.message.textContent = sentence;
    this.parts.message.hidden = !sentence;
  }

  // ---- data ----

  update(points, look) {
    const next = look.header.content === this.model?.header.content ? null : modelOf(points, look);
    if (next) this.show(next);
    else if (JSON.stringify(readTheme(this.parts.root, this.context)) === JSON.stringify(this.theme)) return;
    this.readTheme();
    this.layout();
  }

  show(model) {
    const before = this.model;
    const { key, points, alt } = model.header;
    const same = before && before.header.key === key && before.header.points === points;
    if (!same || before.names.join("\n") !== model.names.join("\n")) this.hidden = new Set();
    this.model = model;
    this.parts.over.setAttribute("aria-label", alt);
    if (!same) this.startAfresh(remembered.get(key));
    else model.panels.forEach((panel, place) => (panel.grid = before.panels[place].grid));
    this.upload(!same);
    fillLegend(this.parts.legend, model, {
      hidden: this.hidden,
      onToggle: (code) => this.hide(this.hidden.has(code) ? [] : [code], this.hidden.has(code) ? [code] : []),
      onOnly: (code) => this.hide(model.names.keys(), [code]),
      onAll: () => this.hide([], model.names.keys()),
    });
    this.tellSelected();
  }

  startAfresh(seen) {
    this.hover = this.clicked = -1;
    this.sentHover = -1;
    this.drag = this.selection = null;
    this.parts.tip.hidden = true;
    this.frame = bounds(this.model.panels);
    this.view = { x: this.frame.x, y: this.frame.y, zoom: 1 };
    if (seen?.points !== this.model.header.points) return;
    this.view = { ...seen.view };
    if (seen.selection) this.select(seen.selection.panel, seen.selection.polygon);
  }

  upload(newPoints) {
    const { painter, model } = this;
    if (!painter || !model) return;
    if (newPoints) painter.setPoints(model.panels, mixedOrder(model.n));
    painter.setCodes(model.codes);
    model.panels.forEach((panel, place) => painter.setStrength(place, panel.strength));
    this.uploadMarks();
  }

  uploadMarks() {
    const { lit, n } = this.model;
    const marks = lit ? lit.slice() : new Uint8Array(n);
    if (this.selection) this.selection.marks.forEach((mark, row) => (marks[row] |= mark << 1));
    this.painter?.setMarks(marks);
  }

  remember() {
    const { key, points } = this.model.header;
    const { panel, polygon } = this.selection || {};
    remembered.delete(key);
    remembered.set(key, { points, view: { ...this.view }, selection: polygon ? { panel, polygon } : null });
    if (remembered.size > 8) remembered.delete(remembered.keys().next().value);
  }

  // ---- what Python hears ----

  report(name, value) {
    this.tell(name, value && { points: this.model.header.points, ...value });
  }

  // Mark the rows inside an outline, in all panels, and tell Python; without an outline, none.
  select(panel, polygon) {
    this.selection = polygon ? { panel, polygon, ...inside(this.model.panels[panel].xy, polygon) } : null;
    this.uploadMarks();
    this.report("selection", polygon ? { panel, polygon } : null);
    this.remember();
    this.tellSelected();
    this.ask();
  }

  tellSelected() {
    tellStatus(this.parts.status, this.model, this.selection, this.hidden);
    this.parts.bar.querySelector("[data-name=clear]").disabled = !this.selection;
  }

  pointAt(row) {
    if (row === this.hover) return;
    this.hover = row;
    clearTimeout(this.hoverTimer);
    if (row >= 0 && !this.model.header.texts && row !== this.sentHover) {
      this.hoverTimer = setTimeout(() => this.report("hovered", { row: (this.sentHover = row) }), HOVER_MS);
    }
    this.ask(false);
  }

  click(row) {
    if (row === this.clicked) return;
    this.clicked = row;
    this.report("clicked", row >= 0 ? { row } : null);
    this.ask(false);
  }

  // ---- actions of the bar and the keys ----

  setTool(tool) {
    this.tool = tool;
    pressTool(this.parts, tool);
  }

  hide(more, fewer) {
    for (const code of more) this.hidden.add(code);
    for (const code of fewer) this.hidden.delete(code);
    showHidden(this.parts.legend, this.hidden);
    this.readTheme();
    this.tellSelected();
    this.ask();
  }

  closer() {
    this.zoom(1.3);
  }

  farther() {
    this.zoom(1 / 1.3);
  }

  reset() {
    this.setView({ x: this.frame.x, y: this.frame.y, zoom: 1 });
  }

  clear() {
    this.drag = null;
    if (this.selection) this.select(0, null);
    else this.ask(false);
  }

  // Select what the view shows: the way to a selection without a pointer.
  selectView() {
    const { width, height } = this.cells[0];
    const [x, y] = [width / 2 / this.scale, height / 2 / this.scale];
    const corners = [[-x, -y], [x, -y], [x, y], [-x, y]];
    this.select(0, corners.map(([right, up]) => [this.view.x + right, this.view.y + up]));
  }

  picture() {
    if (!this.painter || !this.model) return;
    this.draw(true); // in this same task: the picture of a WebGL canvas does not outlive it
    const { points, over } = this.parts;
    savePicture([points, over], this.theme, this.model, this.hidden, this.ratio);
  }

  // ---- view ----

  setView(view) {
    this.view = view;
    this.moving = true;
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => {
      this.moving = false;
      this.remember();
      this.ask();
    }, REST_MS);
    this.ask();
  }

  // Zoom; what is at (x, y) in the coordinates of the points stays where it is.
  zoom(factor, x = this.view.x, y = this.view.y) {
    const zoom = Math.max(0.5, Math.min(MOST_ZOOM, this.view.zoom * factor));
    const share = this.view.zoom / zoom;
    this.setView({ x: x + (this.view.x - x) * share, y: y + (this.view.y - y) * share, zoom });
  }

  pan(right, down) {
    this.setView({ ...this.view, x: this.view.x - right / this.scale, y: this.view.y + down / this.scale });
  }

  // Pixels per unit of the coordinates; the same in all panels and both directions.
  get scale() {
    const { width, height } = this.cells[0];
    return 0.92 * Math.min(width / this.frame.width, height / this.frame.height) * this.view.zoom;
  }

  toPoint(cell, x, y) {
    const { left, top, width, height } = this.cells[cell];
    return [this.view.x + (x - left - width / 2) / this.scale, this.view.y - (y - top - height / 2) / this.scale];
  }

  toPixel(cell, x, y) {
    const { left, top, width, height } = this.cells[cell];
    return [left + width / 2 + (x - this.view.x) * this.scale, top + height / 2 - (y - this.view.y) * this.scale];
  }

  cellAt(x, y) {
    return this.cells.findIndex(
      ({ left, top, width, height }) => x >= left && x <= left + width && y >= top && y <= top + height,
    );
  }

  // ---- pointer and keys ----

  listen() {
    const { over, points, root } = this.parts;
    const on = (target, name, call, options = {}) =>
      target.addEventListener(name, (event) => this.model && call(event), { ...options, signal: this.listening.signal });
    on(over, "pointerdown", (event) => this.press(event));
    on(over, "pointermove", (event) => this.move(event));
    on(over, "pointerup", (event) => this.release(event));
    on(over, "pointercancel", () => this.clearDrag());
    on(over, "pointerleave", () => {
      this.parts.tip.hidden = true;
      this.pointAt(-1);
    });
    on(over, "dblclick", () => this.reset());
    on(over, "wheel", (event) => this.wheel(event), { passive: false });
    on(over, "keydown", (event) => this.key(event));
    on(root, "keydown", (event) => event.key === "Escape" && this.clear());
    on(points, "webglcontextlost", (event) => {
      event.preventDefault();
      if (!this.painter?.freed) this.say(LOST);
    });
    on(points, "webglcontextrestored", () => {
      this.startPainter();
      this.upload(true);
      this.readTheme();
      this.ask();
    });
  }

  key(event) {
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    const action = { "+": "closer", "=": "closer", "-": "farther", 0: "reset", Enter: "selectView" }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || !(step || action)) return;
    event.preventDefault();
    if (step) this.pan(...step);
    else this[action]();
  }

  wheel(event) {
    const cell = this.cellAt(event.offsetX, event.offsetY);
    if (cell < 0) return;
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode ? 16 : 1);
    this.zoom(Math.exp(-Math.max(-300, Math.min(300, pixels)) * 0.002), ...this.toPoint(cell, event.offsetX, event.offsetY));
  }

  press(event) {
    const [x, y] = [event.offsetX, event.offsetY];
    const cell = this.cellAt(x, y);
    if (cell < 0 || event.button) return;
    this.parts.over.setPointerCapture(event.pointerId);
    this.drag = { cell, tool: this.tool, path: [[x, y]], last: [x, y], far: false };
    this.parts.tip.hidden = true;
  }

  move(event) {
    const [x, y] = [event.offsetX, event.offsetY];
    if (!this.drag) return this.point(x, y);
    const { drag } = this;
    drag.far ||= Math.hypot(x - drag.path[0][0], y - drag.path[0][1]) >= STILL;
    if (drag.tool === "pan") {
      if (drag.far) this.pan(x - drag.last[0], y - drag.last[1]);
      if (drag.far) drag.last = [x, y];
      return;
    }
    const { left, top, width, height } = this.cells[drag.cell];
    const corner = [Math.max(left, Math.min(left + width, x)), Math.max(top, Math.min(top + height, y))];
    if (drag.tool === "lasso") drag.path.push(corner);
    else {
      const [[ax, ay], [bx, by]] = [drag.path[0], corner];
      drag.path = [[ax, ay], [bx, ay], [bx, by], [ax, by]];
    }
    this.ask(false);
  }

  release(event) {
    const { drag } = this;
    this.drag = null;
    if (!drag) return;
    if (!drag.far) return this.click(this.rowAt(drag.cell, event.offsetX, event.offsetY));
    const outline = drag.tool === "lasso" ? simplified(drag.path, 0.5, MOST_VERTICES) : drag.path;
    if (drag.tool === "pan" || outline.length < 3) return this.ask(false);
    this.select(drag.cell, outline.map(([x, y]) => this.toPoint(drag.cell, x, y)));
  }

  clearDrag() {
    this.drag = null;
    this.ask(false);
  }

  rowAt(cell, x, y) {
    const { panels, codes } = this.model;
    const wanted = (row) => !this.hidden.has(codes[row]);
    return nearest(panels[cell], this.frame, ...this.toPoint(cell, x, y), NEAR / this.scale, wanted);
  }

  point(x, y) {
    const cell = this.cellAt(x, y);
    const row = cell < 0 ? -1 : this.rowAt(cell, x, y);
    const { tip, stage } = this.parts;
    if (row >= 0 && row !== this.hover) fillTip(tip, this.model, row);
    if (row >= 0) placeTip(tip, x, y, stage.clientWidth, stage.clientHeight);
    else tip.hidden = true;
    this.pointAt(row);
  }

  // ---- drawing ----

  readTheme() {
    this.theme = readTheme(this.parts.root, this.context);
    const { model } = this;
    if (!model) return;
    // The one place of a scale's "no value" and of points without any colouring.
    const colours = model.palette.length ? model.palette : [this.theme.primary];
    this.painter?.setPalette(colours, this.hidden);
    this.stale = true;
  }

  layout() {
    const { root, body, stage, legend } = this.parts;
    if (!this.model || !root.clientWidth) return;
    body.classList.toggle("narrow", root.clientWidth < 640);
    const width = stage.clientWidth;
    this.cells = cellsOf(this.model.panels.length, width, this.model.header.height);
    const last = this.cells[this.cells.length - 1];
    const height = last.top + last.height;
    stage.style.height = `${height}px`;
    legend.style.maxHeight = body.classList.contains("narrow") ? "" : `${height}px`;
    this.ask(false);
  }

  // Draw at the next frame, once however often asked: all, or only what lies over the points.
  ask(points = true) {
    this.stale ||= points;
    this.asked ||= requestAnimationFrame(() => {
      this.asked = 0;
      this.draw(false);
    });
  }

  draw(whole) {
    const { model, painter, parts } = this;
    if (!model || !this.cells.length || this.freed) return;
    const ratio = (this.ratio = Math.min(2, window.devicePixelRatio || 1));
    for (const canvas of [parts.points, parts.over]) {
      const [width, height] = [Math.round(parts.stage.clientWidth * ratio), Math.round(parts.stage.clientHeight * ratio)];
      if (canvas.width === width && canvas.height === height) continue;
      Object.assign(canvas, { width, height });
      this.stale = true;
    }
    drawOver(this);
    if (!painter) return;
    if (!this.stale && !whole) return this.publish();
    this.stale = false;
    // While the view moves, as many points as one frame allows: the order is mixed, so they are a fair sample.
    const affordable = Math.max(FRAME_MS / this.fullMs, FEWEST / model.n);
    const share = this.moving && !whole ? Math.min(1, affordable) : 1;
    const { size, opacity } = looks(this.cells[0], model.n, this.view.zoom, ratio);
    const cells = this.cells.map(({ left, top, width, height }) => ({
      left: Math.round(left * ratio), top: Math.round(top * ratio),
      width: Math.round(width * ratio), height: Math.round(height * ratio),
    }));
    const view = { x: this.view.x, y: this.view.y, scale: this.scale * ratio };
    const needed = (model.lit ? 1 : 0) | (this.selection ? 2 : 0);
    const began = performance.now();
    painter.draw({ cells, view, size, opacity, needed, page: this.theme.page, count: Math.ceil(model.n * share) });
    painter.whenDrawn(() => {
      if (share === 1) this.fullMs = performance.now() - began;
      this.share = share;
      this.frames++;
      this.publish();
    });
  }

  // For tests and measurements: what is on the screen, as attributes.
  publish() {
    if (!this.frames) return;
    const { model, hidden, parts, view, share } = this;
    const unseen = model.counts ? [...hidden].reduce((sum, code) => sum + model.counts[code], 0) : 0;
    Object.assign(parts.root.dataset, {
      drawn: share === 1 ? model.n - unseen : Math.ceil(model.n * share),
      panels: model.panels.length, content: model.header.content, zoom: view.zoom.toFixed(3),
      centre: `${view.x.toFixed(4)} ${view.y.toFixed(4)}`, selected: this.selection ? this.selection.count : "",
      hover: this.hover, frames: this.frames, ms: this.fullMs.toFixed(0),
    });
  }

  free() {
    this.freed = true;
    this.listening.abort();
    this.watcher.disconnect();
    cancelAnimationFrame(this.asked);
    clearTimeout(this.hoverTimer);
    clearTimeout(this.restTimer);
    this.painter?.free();
    this.parts.root.remove();
  }
}
