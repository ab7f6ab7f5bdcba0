// Where the panels lie, how large points are, and what is drawn over them: titles, outlines, rings, new texts.

// Panels as {left, top, width, height} of their picture, in CSS pixels, a title above each.
function cellsOf(count, width, height) {
  const wanted = count < 4 ? count : count === 4 ? 2 : 3;
  const columns = Math.max(1, Math.min(wanted, Math.floor(width / 220)));
  const across = (width - GAP * (columns - 1)) / columns;
  const down = columns === 1 && count === 1 ? height : Math.min(height, Math.max(280, across + TITLE));
  return Array.from({ length: count }, (_, place) => ({
    left: (place % columns) * (across + GAP),
    top: Math.floor(place / columns) * (down + GAP) + TITLE,
    width: across,
    height: down - TITLE,
  }));
}

// Few points are large and solid, many small and thin; zooming in makes them grow slowly.
function looks({ width, height }, n, zoom, ratio) {
  const room = 0.75 * Math.sqrt((width * height) / Math.max(1, n));
  const size = Math.min(11, Math.max(1.5, Math.min(8, room)) * Math.max(1, zoom) ** 0.35);
  return { size: size * ratio, opacity: n < 2000 ? 0.9 : n < 20000 ? 0.8 : 0.65 };
}

function readTheme(root, context) {
  const style = getComputedStyle(root);
  const colour = (name, otherwise) => {
    context.fillStyle = otherwise;
    context.fillStyle = style.getPropertyValue(`--st-${name}`).trim() || otherwise;
    return context.fillStyle; // "#rrggbb" or "rgba(...)", whatever was written
  };
  const background = colour("background-color", "#ffffff");
  return {
    background,
    page: background.startsWith("#") ? rgb(background) : background.match(/[\d.]+/g).slice(0, 3).map(Number),
    text: colour("text-color", "#14233a"),
    border: colour("border-color", "#d5dae1"),
    primary: colour("primary-color", "#2f81c7"),
    font: style.fontFamily || "sans-serif",
  };
}

function drawOver(maps) {
  const { context, cells, model, theme, ratio, drag, selection } = maps;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  cells.forEach((cell, place) => {
    const { left, top, width, height } = cell;
    const panel = model.panels[place];
    const pixel = (x, y) => maps.toPixel(place, x, y);
    drawTitle(context, theme, panel.title, cell);
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    if (drag && drag.tool !== "pan" && drag.cell === place) outline(context, theme, drag.path);
    else if (selection?.panel === place) outline(context, theme, selection.polygon.map(([x, y]) => pixel(x, y)));
    const at = (row) => pixel(panel.xy[2 * row], panel.xy[2 * row + 1]);
    if (maps.clicked >= 0) ring(context, theme, at(maps.clicked), 9, 2.5);
    if (maps.hover >= 0) ring(context, theme, at(maps.hover), 7, 1.5);
    for (let i = 0; i < (panel.extra?.length || 0); i += 2) {
      marker(context, theme, pixel(panel.extra[i], panel.extra[i + 1]), i / 2 + 1);
    }
    context.restore();
    context.strokeStyle = theme.border;
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
  });
}

function drawTitle(context, theme, title, { left, top, width }) {
  context.font = `600 13px ${theme.font}`;
  context.fillStyle = theme.text;
  context.textAlign = "left";
  context.textBaseline = "middle";
  let shown = title;
  while (shown.length > 1 && context.measureText(shown).width > width - 4) shown = `${shown.slice(0, -2).trimEnd()}…`;
  context.fillText(shown, left + 2, top - TITLE / 2);
}

function outline(context, theme, path) {
  context.beginPath();
  path.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
  context.globalAlpha = 0.08;
  context.fillStyle = theme.primary;
  context.fill("evenodd");
  context.globalAlpha = 1;
  context.strokeStyle = theme.primary;
  context.lineWidth = 1.5;
  context.stroke();
}

// A ring in the text's colour between two in the page's, to be seen on any point.
function ring(context, theme, [x, y], radius, thickness) {
  for (const [colour, wide] of [[theme.background, thickness + 2.5], [theme.text, thickness]]) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.strokeStyle = colour;
    context.lineWidth = wide;
    context.stroke();
  }
}

// A newly placed text: its number on a disc with a ring.
function marker(context, theme, [x, y], told) {
  context.beginPath();
  context.arc(x, y, 10, 0, 2 * Math.PI);
  context.fillStyle = theme.text;
  context.fill();
  ring(context, theme, [x, y], 10, 1);
  context.font = `600 11px ${theme.font}`;
  context.fillStyle = theme.background;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(String(told), x, y + 0.5);
}

// Points, what is over them, and the legend, as a PNG in the colours of the page.
function savePicture(layers, theme, model, hidden, ratio) {
  const { width, height } = layers[0];
  const legend = model.names.length || !model.byName ? 210 * ratio : 0;
  const canvas = element("canvas", { width: width + legend, height });
  const context = canvas.getContext("2d");
  context.fillStyle = theme.background;
  context.fillRect(0, 0, canvas.width, height);
  for (const layer of layers) context.drawImage(layer, 0, 0);
  context.setTransform(ratio, 0, 0, ratio, width + 10 * ratio, 0);
  context.font = `13px ${theme.font}`;
  context.textBaseline = "middle";
  const entries = model.byName ? model.names.map((name, code) => [name, model.palette[code], hidden.has(code)]) : scaleRows(model);
  const rows = [[model.header.colouring.title, null], ...entries.filter(([, , unseen]) => !unseen)];
  rows.forEach(([name, colour], place) => {
    const y = 12 + 20 * place;
    if (y * ratio > height - 10) return;
    context.fillStyle = colour || theme.background;
    context.fillRect(0, y - 5, 11, 11);
    context.fillStyle = theme.text;
    context.fillText(name, colour ? 18 : 0, y, 180);
  });
  canvas.toBlob((blob) => {
    const link = element("a", { href: URL.createObjectURL(blob), download: "maps.png" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
}

function scaleRows(model) {
  const { low, high, scale } = model.header.colouring;
  return [1, 0.75, 0.5, 0.25, 0].map((at) => [
    String(Number((low + (high - low) * at).toPrecision(3))), scaleColour(scale, at), false,
  ]);
}
