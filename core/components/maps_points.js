// Points and outlines as numbers: reading what Python packed, nearest point, inside or outside. Nothing here draws.

const NOT_MEASURED = 255;
const SCALE_STEPS = 1024; // colours on a scale; a code beyond them is "no value"

// The header of the bytes that core/components/packing.py wrote, and what takes a typed array out of them by name.
function unpack(bytes) {
  // The bytes are a window into a websocket message at any offset; typed arrays need multiples of 4.
  const own = bytes.byteOffset % 4 ? bytes.slice() : bytes;
  const headerLength = new DataView(own.buffer, own.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(own.subarray(4, 4 + headerLength)));
  const start = own.byteOffset + 4 + headerLength;
  const take = (name, Type) => {
    const place = header.arrays[name];
    return place ? new Type(own.buffer, start + place[0], place[1]) : null;
  };
  return { header, take };
}

// What is drawn: points and their texts, in the look that was asked for.
function modelOf(points, look) {
  const { n, texts, points: digest } = points.header;
  const header = { ...look.header, n, texts, points: digest };
  const panels = header.titles.map((title, place) => ({
    title,
    xy: points.take(`xy${place}`, Float32Array),
    extra: look.take(`extra${place}`, Float32Array),
    strength: look.take(`strength${place}`, Uint8Array),
    grid: null,
  }));
  const values = look.take("values", Float32Array);
  const { names, colours, scale, low, high } = header.colouring;
  const codes = look.take("codes", Uint16Array) || (values ? quantised(values, low, high) : new Uint16Array(n));
  const byName = !values;
  return {
    header, panels, values, codes, byName, n,
    lit: look.take("lit", Uint8Array),
    names: byName && names.length ? names : [],
    palette: byName ? colours : scaleColours(scale),
    counts: byName ? countCodes(codes, Math.max(1, names.length)) : null,
  };
}

function quantised(values, low, high) {
  const factor = high > low ? (SCALE_STEPS - 1) / (high - low) : 0;
  const codes = new Uint16Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    codes[row] = Number.isNaN(value)
      ? SCALE_STEPS
      : Math.max(0, Math.min(SCALE_STEPS - 1, Math.round((value - low) * factor)));
  }
  return codes;
}

function countCodes(codes, size) {
  const counts = new Uint32Array(size);
  for (let row = 0; row < codes.length; row++) counts[codes[row]]++;
  return counts;
}

function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function hex(channels) {
  return "#" + channels.map((channel) => Math.round(channel).toString(16).padStart(2, "0")).join("");
}

// A colour at a place from 0 to 1 between stops [[place, "#rrggbb"], ...].
function scaleColour(stops, place) {
  const next = stops.findIndex(([at]) => at >= place);
  if (next <= 0) return stops[next < 0 ? stops.length - 1 : 0][1];
  const [[a, from], [b, to]] = [stops[next - 1], stops[next]];
  const share = (place - a) / (b - a || 1);
  const target = rgb(to);
  return hex(rgb(from).map((channel, i) => channel + (target[i] - channel) * share));
}

function scaleColours(stops) {
  const steps = Array.from({ length: SCALE_STEPS }, (_, i) => scaleColour(stops, i / (SCALE_STEPS - 1)));
  return [...steps, "#9AA3AE"];
}

// One frame for all panels, so that one place means the same in each.
function bounds(panels) {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { xy, extra } of panels) {
    for (const points of [xy, extra || []]) {
      for (let i = 0; i < points.length; i += 2) {
        const x = points[i], y = points[i + 1];
        if (x < left) left = x;
        if (x > right) right = x;
        if (y < bottom) bottom = y;
        if (y > top) top = y;
      }
    }
  }
  if (!(right >= left && top >= bottom)) [left, right, bottom, top] = [-1, 1, -1, 1];
  return {
    x: (left + right) / 2, y: (bottom + top) / 2,
    // A single point, or all on one place, still gets a frame around it.
    width: right - left || top - bottom || 1, height: top - bottom || right - left || 1,
  };
}

// Rows sorted into square cells, so that the nearest point is looked for among a few.
function buildGrid(xy, frame) {
  const n = xy.length / 2;
  const side = Math.max(1, Math.min(1024, Math.ceil(Math.sqrt(n / 4))));
  const left = frame.x - frame.width / 2, bottom = frame.y - frame.height / 2;
  const across = side / frame.width, up = side / frame.height;
  const clamp = (cell) => (cell > 0 ? Math.min(side - 1, Math.floor(cell)) : 0); // NaN goes to 0 and is never near
  const cellOf = new Uint32Array(n);
  const starts = new Uint32Array(side * side + 1);
  for (let row = 0; row < n; row++) {
    cellOf[row] = clamp((xy[2 * row + 1] - bottom) * up) * side + clamp((xy[2 * row] - left) * across);
    starts[cellOf[row] + 1]++;
  }
  for (let cell = 0; cell < side * side; cell++) starts[cell + 1] += starts[cell];
  const next = starts.slice();
  const rows = new Uint32Array(n);
  for (let row = 0; row < n; row++) rows[next[cellOf[row]]++] = row;
  return { side, starts, rows, column: (x) => clamp((x - left) * across), line: (y) => clamp((y - bottom) * up) };
}

// The row nearest to (x, y) within `radius`, among those `wanted`; -1 when there is none.
function nearest(panel, frame, x, y, radius, wanted) {
  panel.grid ||= buildGrid(panel.xy, frame);
  const { side, starts, rows, column, line } = panel.grid;
  let best = -1, bestSquare = radius * radius;
  for (let l = line(y - radius); l <= line(y + radius); l++) {
    const first = starts[l * side + column(x - radius)], last = starts[l * side + column(x + radius) + 1];
    for (let i = first; i < last; i++) {
      const row = rows[i];
      const dx = panel.xy[2 * row] - x, dy = panel.xy[2 * row + 1] - y;
      const square = dx * dx + dy * dy;
      if (square <= bestSquare && wanted(row)) [best, bestSquare] = [row, square];
    }
  }
  return best;
}

// 1 for every row inside the outline, by the even-odd rule: the expression of Selection.rows, in its order.
function inside(xy, polygon) {
  const n = xy.length / 2;
  const marks = new Uint8Array(n);
  const xs = polygon.map(([x]) => x), ys = polygon.map(([, y]) => y);
  const left = Math.min(...xs), right = Math.max(...xs), bottom = Math.min(...ys), top = Math.max(...ys);
  const bands = Math.max(1, Math.min(512, polygon.length));
  const band = (y) => Math.max(0, Math.min(bands - 1, Math.floor(((y - bottom) / (top - bottom || 1)) * bands)));
  const edges = Array.from({ length: bands }, () => []);
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const last = band(Math.max(ys[i], ys[j]));
    for (let b = band(Math.min(ys[i], ys[j])); b <= last; b++) edges[b].push(i, j);
  }
  let count = 0;
  for (let row = 0; row < n; row++) {
    const x = xy[2 * row], y = xy[2 * row + 1];
    if (!(x >= left && x <= right && y >= bottom && y <= top)) continue;
    const near = edges[band(y)];
    let odd = 0;
    for (let e = 0; e < near.length; e += 2) {
      const i = near[e], j = near[e + 1];
      if (ys[i] > y !== ys[j] > y && x < ((xs[j] - xs[i]) * (y - ys[i])) / (ys[j] - ys[i]) + xs[i]) odd ^= 1;
    }
    marks[row] = odd;
    count += odd;
  }
  return { marks, count };
}

// An outline without the corners that change it by less than `tolerance` (Douglas and Peucker), at most `most` left.
function simplified(points, tolerance, most) {
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  const open = [[0, points.length - 1]];
  while (open.length) {
    const [from, to] = open.pop();
    const [[ax, ay], [bx, by]] = [points[from], points[to]];
    const length = Math.hypot(bx - ax, by - ay);
    let far = -1, distance = tolerance;
    for (let i = from + 1; i < to; i++) {
      const [x, y] = points[i];
      const off = length ? Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length : Math.hypot(x - ax, y - ay);
      if (off > distance) [far, distance] = [i, off];
    }
    if (far >= 0) {
      keep[far] = 1;
      open.push([from, far], [far, to]);
    }
  }
  const kept = points.filter((_, i) => keep[i]);
  return kept.length > most ? simplified(points, tolerance * 2, most) : kept;
}

// Rows in an order that mixes labels: with labels in blocks the last one would be drawn over all others, and a part
// of the order is a fair sample, which is drawn while the view moves.
function mixedOrder(n) {
  const order = new Uint32Array(n);
  let step = Math.max(1, Math.round(n * 0.6180339887));
  const common = (a, b) => (b ? common(b, a % b) : a);
  while (common(n, step) > 1) step++;
  for (let i = 0, row = 0; i < n; i++, row = (row + step) % n) order[i] = row;
  return order;
}
