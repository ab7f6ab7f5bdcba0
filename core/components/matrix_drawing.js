// How the matrices of matrix.js are painted. Canvas text is never markup, so user texts are safe here.
const [BELOW, LOWEST, HIGHEST, ABOVE, NO_VALUE] = [0, 1, 253, 254, 255];
const BAND = 8;
const SCALE = 34; // the colour bar and its numbers, in CSS pixels

/** The colour of each level as the 32 bits of a pixel; no value stays transparent, so that the hatching shows. */
function colourTable(colours) {
  const stops = colours.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
  const bytes = new Uint8ClampedArray(4 * 256);
  for (let level = BELOW; level <= ABOVE; level++) {
    const at = share(level) * (stops.length - 1);
    const stop = Math.min(Math.floor(at), stops.length - 2);
    for (let i = 0; i < 3; i++)
      bytes[4 * level + i] = stops[stop][i] + (at - stop) * (stops[stop + 1][i] - stops[stop][i]);
    bytes[4 * level + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

/** Where between low and high a level lies, 0 to 1. */
const share = (level) => Math.min(Math.max((level - LOWEST) / (HIGHEST - LOWEST), 0), 1);

const clamp = (number, low, high) => Math.min(Math.max(number, low), high);

/** A number as the scale knows it; no "-0.00". */
function number(panel, value) {
  const text = value.toFixed(panel.decimals);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

function spoken(panel, level) {
  if (level === NO_VALUE) return "no value";
  if (level === BELOW) return `below ${number(panel, panel.low)}`;
  if (level === ABOVE) return `above ${number(panel, panel.high)}`;
  return number(panel, panel.low + share(level) * (panel.high - panel.low));
}

function fitted(pen, text, width) {
  const whole = pen.measureText(text).width;
  if (whole <= width) return text;
  let end = Math.ceil((text.length * width) / whole); // near enough to need few steps more
  while (end > 0 && pen.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return end > 0 ? `${text.slice(0, end)}…` : "";
}

class Drawing {
  cell = null; // under the pointer or the keyboard: { row, column }
  picked = null; // last clicked

  /** Everything but the cross-hair, which follows the pointer and is laid over this. */
  draw(panel) {
    const pen = panel.base.getContext("2d");
    const { left, top, side, ratio } = this;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, panel.base.width, panel.base.height);
    if (panel.misses) this.inside(pen, () => this.drawHatching(pen));
    pen.imageSmoothingEnabled = false;
    pen.drawImage(this.pixels(panel), left, top, side, side);
    pen.strokeStyle = this.theme.line;
    pen.strokeRect(left - 0.5, top - 0.5, side + 1, side + 1);
    if (this.content.bands) this.drawBands(pen);
    if (this.beside) this.drawTexts(pen);
    if (this.view.span <= 12.01 && side / this.view.span >= 30) this.inside(pen, () => this.drawNumbers(pen, panel));
    this.drawScale(pen, panel);
  }

  /** The cells in view at the screen's own pixels.
   *
   * Where several cells meet in one pixel it shows the mean of their values: each cell is in exactly one pixel and
   * counts as much as any other. Taking one of them would show and hide pairs by chance at each zoom; taking the
   * highest would make a matrix look full of likeness. The note above says so, and the lists of pairs lose nothing.
   */
  pixels({ levels, table }) {
    const { size, view } = this;
    const across = Math.round(this.side * this.ratio);
    const image = new ImageData(across, across);
    const out = new Uint32Array(image.data.buffer);
    const edge = (from, i) => clamp(Math.floor(from + (i * view.span) / across), 0, size);
    const rows = Int32Array.from({ length: across + 1 }, (_, i) => edge(view.row, i));
    const columns = Int32Array.from({ length: across + 1 }, (_, i) => edge(view.column, i));
    for (let y = 0, at = 0; y < across; y++) {
      const lastRow = Math.max(rows[y + 1], rows[y] + 1);
      for (let x = 0; x < across; x++, at++) {
        const lastColumn = Math.max(columns[x + 1], columns[x] + 1);
        let sum = 0;
        let count = 0;
        for (let row = rows[y]; row < lastRow; row++)
          for (let cell = row * size + columns[x], end = row * size + lastColumn; cell < end; cell++)
            if (levels[cell] !== NO_VALUE) {
              sum += levels[cell];
              count++;
            }
        out[at] = count ? table[Math.round(sum / count)] : 0;
      }
    }
    this.scratch ??= document.createElement("canvas");
    [this.scratch.width, this.scratch.height] = [across, across];
    this.scratch.getContext("2d").putImageData(image, 0, 0);
    return this.scratch;
  }

  /** Paint with everything outside the cells cut off. */
  inside(pen, paint) {
    pen.save();
    pen.beginPath();
    pen.rect(this.left, this.top, this.side, this.side);
    pen.clip();
    paint();
    pen.restore();
  }

  drawHatching(pen) {
    const { left, top, side } = this;
    [pen.strokeStyle, pen.globalAlpha, pen.lineWidth] = [this.theme.text, 0.35, 1];
    pen.beginPath();
    for (let at = -side; at < side; at += 6) {
      pen.moveTo(left + at, top + side);
      pen.lineTo(left + at + side, top);
    }
    pen.stroke();
  }

  drawBands(pen) {
    const { bands, label_colours: colours, no_label: none } = this.content;
    const { left, top, side, ratio } = this;
    const across = Math.round(side * ratio);
    for (let i = 0; i < across; i++) {
      const at = ((i + 0.5) / across) * this.view.span;
      const colour = (from) => colours[bands[Math.floor(from + at)]] ?? none;
      pen.fillStyle = colour(this.view.row);
      pen.fillRect(left - BAND - 1, top + i / ratio, BAND, 1 / ratio);
      pen.fillStyle = colour(this.view.column);
      pen.fillRect(left + i / ratio, top - BAND - 1, 1 / ratio, BAND);
    }
  }

  drawTexts(pen) {
    pen.font = `12px ${this.theme.font}`;
    [pen.fillStyle, pen.textAlign, pen.textBaseline] = [this.theme.text, "right", "middle"];
    for (const row of this.visible(this.view.row)) {
      const y = this.top + ((row + 0.5 - this.view.row) / this.view.span) * this.side;
      if (y < this.top + 5 || y > this.top + this.side - 5) continue;
      pen.fillText(fitted(pen, this.content.texts[row], this.beside - 8), this.left - this.top - 4, y);
    }
  }

  drawNumbers(pen, panel) {
    const { left, top, view } = this;
    const cell = this.side / view.span;
    pen.font = `${clamp(cell / 4, 9, 14)}px ${this.theme.font}`;
    [pen.textAlign, pen.textBaseline] = ["center", "middle"];
    for (const row of this.visible(view.row))
      for (const column of this.visible(view.column)) {
        const level = this.level(panel, { row, column });
        if (level === NO_VALUE) continue;
        const rgb = panel.table[level];
        const light = 0.3 * (rgb & 255) + 0.59 * ((rgb >> 8) & 255) + 0.11 * ((rgb >> 16) & 255) > 140;
        pen.fillStyle = light ? "#14233A" : "#FFFFFF";
        const text = spoken(panel, level).replace("below ", "<").replace("above ", ">");
        pen.fillText(text, left + (column + 0.5 - view.column) * cell, top + (row + 0.5 - view.row) * cell);
      }
  }

  drawScale(pen, panel) {
    const { left, side } = this;
    const y = this.top + side + 7;
    const ramp = pen.createLinearGradient(left, 0, left + side, 0);
    panel.colours.forEach((colour, i) => ramp.addColorStop(i / (panel.colours.length - 1), colour));
    pen.fillStyle = ramp;
    pen.fillRect(left, y, side, 8);
    pen.strokeStyle = this.theme.line;
    pen.strokeRect(left - 0.5, y - 0.5, side + 1, 9);
    pen.font = `12px ${this.theme.font}`;
    [pen.fillStyle, pen.textBaseline] = [this.theme.text, "top"];
    const ends = [number(panel, panel.low), number(panel, panel.high)];
    const middle = `${panel.diverging ? "0 · " : ""}${panel.unit}${panel.misses ? " · hatched: no value" : ""}`;
    const taken = Math.max(...ends.map((end) => pen.measureText(end).width));
    ["left", "right", "center"].forEach((align, i) => {
      pen.textAlign = align;
      pen.fillText(ends[i] ?? fitted(pen, middle, side - 2 * taken - 12), left + [0, side, side / 2][i], y + 13);
    });
  }

  /** The cross-hair and each panel's value for the cell pointed at. */
  pointAt() {
    for (const panel of this.panels) {
      const pen = panel.canvas.getContext("2d");
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, panel.canvas.width, panel.canvas.height);
      pen.drawImage(panel.base, 0, 0);
      pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      this.inside(pen, () => this.drawMarks(pen));
      panel.value.textContent = this.cell ? spoken(panel, this.level(panel, this.cell)) : "";
    }
  }

  drawMarks(pen) {
    const { left, top, side, view, theme } = this;
    const cell = side / view.span;
    const wide = Math.max(cell, 5); // a smaller box could not be seen
    // A line in the text's colour on a broader one in the ground's is seen on every colour of the scale.
    const line = (path, width, colour) => {
      [pen.lineWidth, pen.strokeStyle] = [width + 2, theme.ground];
      pen.stroke(path);
      [pen.lineWidth, pen.strokeStyle] = [width, colour];
      pen.stroke(path);
    };
    const mark = (at, colour, cross) => {
      const [x, y] = [left + (at.column + 0.5 - view.column) * cell, top + (at.row + 0.5 - view.row) * cell];
      pen.globalAlpha = 0.55;
      // Along the middle of a small cell, along both edges of one that may hold a number.
      const offsets = cell > 12 ? [-cell / 2, cell / 2] : [0];
      for (const off of cross ? offsets : [])
        line(new Path2D(`M${left} ${y + off}h${side}M${x + off} ${top}v${side}`), 1, colour);
      pen.globalAlpha = 1;
      line(new Path2D(`M${x - wide / 2} ${y - wide / 2}h${wide}v${wide}h${-wide}z`), 2, colour);
    };
    if (this.cell) mark(this.cell, theme.text, true);
    if (this.picked) mark(this.picked, theme.accent, false);
  }

  level(panel, { row, column }) {
    return panel.levels[row * this.size + column];
  }

  visible(from) {
    const first = Math.floor(from);
    const last = Math.min(Math.ceil(from + this.view.span), this.size);
    return Array.from({ length: last - first }, (_, i) => first + i);
  }
}
