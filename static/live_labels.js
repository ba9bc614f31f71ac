// Names on the curves, instead of a legend: each is placed where it covers no line, marker, text, or other name.

const CELL = 4; // px: side of the squares in which the ink of a figure is counted
const AWAY = [3, 9, 16, 26]; // px between a curve and its name: the first that is free wins
const AROUND = [8, 14, 22, 34, 50, 70]; // px between a marker and its text

/** Squares of the frame of a figure, and what has been drawn in each. */
class Ink {
  constructor(width, height) {
    [this.width, this.height] = [width, height];
    this.columns = Math.ceil(width / CELL) + 1;
    this.rows = Math.ceil(height / CELL) + 1;
    this.cells = new Uint8Array(this.columns * this.rows);
  }

  /** Mark a box; `pad` pixels around it are kept free, too. */
  box(x, y, wide, high, pad = 1) {
    const [left, right] = [x - pad, x + wide + pad].map((v) => Math.floor(v / CELL));
    const [top, bottom] = [y - pad, y + high + pad].map((v) => Math.floor(v / CELL));
    for (let r = Math.max(0, top); r <= Math.min(this.rows - 1, bottom); r++)
      for (let c = Math.max(0, left); c <= Math.min(this.columns - 1, right); c++) this.cells[r * this.columns + c] = 1;
  }

  /** Mark a path of pixels, null for its gaps, `wide` pixels wide. */
  path(points, wide) {
    let last = null;
    for (const point of points) {
      if (point && last) {
        const pieces = Math.min(600, Math.ceil((2 * Math.hypot(point[0] - last[0], point[1] - last[1])) / CELL));
        for (let k = 0; k < pieces; k++) this.dot(between(last, point, k / pieces), wide);
      }
      if (point) this.dot(point, wide);
      last = point;
    }
  }

  dot([x, y], wide) {
    if (x > -9 && y > -9 && x < this.width + 9 && y < this.height + 9) this.box(x - wide / 2, y - wide / 2, wide, wide);
  }

  /** True if a point lies in the frame. */
  holds([x, y]) {
    return x >= 0 && y >= 0 && x <= this.width && y <= this.height;
  }

  free(x, y, wide, high) {
    if (x < 1 || y < 1 || x + wide > this.width - 1 || y + high > this.height - 1) return false;
    for (let r = Math.floor(y / CELL); r <= Math.floor((y + high) / CELL); r++)
      for (let c = Math.floor(x / CELL); c <= Math.floor((x + wide) / CELL); c++) if (this.cells[r * this.columns + c]) return false;
    return true;
  }
}

const between = (one, other, share) => [0, 1].map((k) => one[k] + (other[k] - one[k]) * share);

/** Pixels of the points of a trace, null for each gap. */
function pixels(trace, xaxis, yaxis) {
  return Array.from(trace.x ?? [], (x, k) => {
    const point = [xaxis.d2p(x), yaxis.d2p(trace.y?.[k])];
    return point.every(Number.isFinite) ? point : null;
  });
}

/** Everything in a figure that a name must keep clear of. */
function inked(traces, paths, { xaxis, yaxis }) {
  const ink = new Ink(xaxis._length, yaxis._length);
  traces.forEach((trace, i) => {
    if (trace?.visible !== true) return;
    if (trace.type === "bar") return bars(ink, trace, xaxis, yaxis);
    const mode = trace.mode ?? "lines";
    if (/lines/.test(mode) && trace.line?.width !== 0) ink.path(paths[i], trace.line?.width ?? 2);
    paths[i].forEach((point, k) => {
      if (!point) return;
      if (/markers/.test(mode)) ink.dot(point, [trace.marker.size].flat()[k] ?? [trace.marker.size].flat()[0] ?? 6);
      const bar = trace.error_y?.visible && trace.error_y.array?.[k];
      if (bar) ink.path([-1, 1].map((side) => [point[0], yaxis.d2p(trace.y[k] + side * bar)]), 8);
    });
  });
  return ink;
}

function bars(ink, trace, xaxis, yaxis) {
  const flat = trace.orientation === "h";
  const [along, up] = flat ? [yaxis, xaxis] : [xaxis, yaxis];
  const [places, ends] = flat ? [trace.y, trace.x] : [trace.x, trace.y];
  Array.from(places ?? [], (place, k) => {
    const half = ([trace.width].flat()[k] ?? [trace.width].flat()[0] ?? 0.8) / 2;
    const base = [trace.base].flat()[k] ?? [trace.base].flat()[0] ?? (up.type === "log" ? up.range[0] : 0);
    const at = typeof place === "number" ? place : k;
    const [a, b] = [along.l2p(at - half), along.l2p(at + half)].sort((p, q) => p - q);
    const [c, d] = [up.d2p(base), up.d2p(base + ends[k])].sort((p, q) => p - q);
    if ([a, b, c, d].every(Number.isFinite)) flat ? ink.box(c, a, d - c, b - a) : ink.box(a, c, b - a, d - c);
  });
}

/** Boxes of what plotly.js or the handles have written or drawn on top of a figure. */
function inkTexts(panel, ink, { xaxis, yaxis }) {
  const home = panel.stage.getBoundingClientRect();
  const texts = panel.plot.querySelectorAll(".textpoint text, .bartext, .annotation");
  for (const node of [...texts, ...panel.handles.nodes.filter((handle) => !handle.hidden), ...panel.stage.querySelectorAll(".lc-flag")]) {
    const box = node.getBoundingClientRect();
    const line = node.classList.contains("lc-line");
    if (box.width && box.height)
      ink.box(box.left - home.left - xaxis._offset + (line ? box.width / 2 - 2 : 0), box.top - home.top - yaxis._offset, line ? 4 : box.width, box.height, 2);
  }
}

/** Points along a path, closely spaced, where a name may be tried; the last ones first. */
function anchors(path) {
  const found = [];
  let last = null;
  for (const point of path) {
    if (point && last) {
      const pieces = Math.min(24, Math.ceil(Math.hypot(point[0] - last[0], point[1] - last[1]) / 16));
      for (let k = 1; k < pieces; k++) found.push(between(last, point, k / pieces));
    }
    if (point) found.push(point);
    last = point;
  }
  const step = Math.max(1, Math.floor(found.length / 200));
  return found.filter((_, k) => k % step === 0).sort((one, other) => other[0] - one[0]);
}

/** The free position nearest to a path for a box, preferably on the right; null if there is none. */
function spotFor(path, ink, wide, high, kept, distances) {
  const points = anchors(path);
  const [reachX, reachY] = [wide / 2, high / 2].map((half) => half + distances.at(-1));
  const near = ({ x, y }) => points.some((point) => Math.abs(point[0] - x - wide / 2) <= reachX && Math.abs(point[1] - y - high / 2) <= reachY);
  if (kept && near(kept) && ink.free(kept.x, kept.y, wide, high)) return kept; // a name hops only after its curve
  for (const away of distances)
    for (const [x, y] of points) {
      if (!ink.holds([x, y])) continue;
      const places = [[-wide / 2, -high - away], [-wide / 2, away], [away, -high / 2], [-wide - away, -high / 2],
        [away / 2, -high - away], [-wide - away / 2, -high - away], [away / 2, away], [-wide - away / 2, away]];
      for (const [dx, dy] of places) if (ink.free(x + dx, y + dy, wide, high)) return { x: x + dx, y: y + dy };
    }
  return null;
}

/** Where plotly.js would write a text: "top left" of its point and so on. */
function spotAt([x, y], position, wide, high) {
  const across = /left/.test(position) ? -wide - 2 : /right/.test(position) ? 2 : -wide / 2;
  const down = /top/.test(position) ? -high - 1 : /bottom/.test(position) ? 1 : -high / 2;
  return { x: x + across, y: y + down };
}

/** Color of the name of a trace: that of its line, or the full color of its area. */
function nameColor(trace, theme) {
  const own = trace.mode === "markers" ? (trace.marker?.line?.color ?? trace.error_y?.color ?? trace.marker?.color)
    : trace.type === "bar" ? trace.marker?.color : trace.line?.width === 0 ? trace.fillcolor : trace.line?.color;
  return theme.swap(typeof own === "string" ? own : "currentColor").replace(/rgba\(([^)]+),\s*[\d.]+\)/, "rgb($1)");
}

/**
 * Place the names of the curves of a panel and the texts of its markers.
 *
 * Returns `placed`, with each text, box (from the corner of the stage), color, font, and the traces that it names, and
 * `unplaced`, the groups of traces whose names have no free position. `panel.spots` remembers the positions for next time.
 */
export function placeNames(panel) {
  const { plot, spec, chart, size } = panel;
  const { xaxis, yaxis } = plot._fullLayout;
  const full = new Map(plot._fullData.map((trace) => [trace.index, trace]));
  const traces = spec.data.map((_, i) => full.get(i));
  const paths = traces.map((trace) => (trace?.visible === true && trace.type === "scatter" ? pixels(trace, xaxis, yaxis) : []));
  const ink = inked(traces, paths, { xaxis, yaxis });
  inkTexts(panel, ink, { xaxis, yaxis });
  const moving = new Set(spec.frames.map((frames) => frames.trace));
  const frame = [xaxis._length, yaxis._length, xaxis.range, yaxis.range].join();
  const kept = frame === panel.spotsFor ? panel.spots : new Map();
  const spots = new Map();
  const pen = (panel.pen ??= document.createElement("canvas").getContext("2d"));
  const placed = [];
  const unplaced = [];

  const put = (key, text, path, { pixels: high, weight, color, numbers, group, meant, away = AWAY }) => {
    pen.font = `${weight} ${high}px ${chart.theme.font}`;
    const wide = pen.measureText(chart.kit.markup(text).textContent).width + 4;
    const tall = Math.max(high * 1.2, group && chart.coarse ? FINGER : 0);
    const own = meant && spotAt(path[0], meant, wide, tall);
    const spot = own && (ink.free(own.x, own.y, wide, tall) || !ink.holds(path[0])) ? own : spotFor(path, ink, wide, tall, kept.get(key), away);
    if (!spot) return false;
    ink.box(spot.x, spot.y, wide, tall, 0);
    spots.set(key, spot);
    placed.push({ text, x: xaxis._offset + spot.x, y: yaxis._offset + spot.y, wide, tall, pixels: high, weight, color, numbers, group, moves: numbers.some((i) => moving.has(i)) });
    return true;
  };

  spec.data.forEach((own, i) => {
    if (!written(own, moving.has(i)) || traces[i]?.visible !== true) return;
    const font = own.textfont ?? {};
    Array.from(traces[i].text ?? [], (text, k) => {
      if (!text || !paths[i][k]) return;
      const color = chart.theme.swap([font.color].flat()[k] ?? [font.color].flat()[0] ?? [own.marker?.color].flat()[0] ?? "currentColor");
      const look = { pixels: (font.size ?? 13) * size.scale, weight: 500, color, numbers: [i], away: AROUND };
      if (own.mode === "text") look.meant = [own.textposition].flat()[k] ?? [own.textposition].flat()[0] ?? "middle center";
      put(`${i}.${k}`, text, [paths[i][k]], look);
    });
  });
  for (const [group, numbers] of panel.groups()) {
    const [i] = numbers;
    if (panel.hidden.has(group)) unplaced.push(group);
    else if (traces[i]?.visible === true) {
      const own = spec.data[i];
      const look = { pixels: 13 * size.scale, weight: 600, color: nameColor(own, chart.theme), numbers, group };
      const line = traces[i].type === "scatter" && /lines/.test(own.mode ?? "lines");
      if (!line || !put(group, own.name, paths[i], look)) unplaced.push(group);
    }
  }
  panel.spots = spots;
  panel.spotsFor = frame;
  return { placed, unplaced };
}

const FINGER = 24; // px: the least height of a name that a finger can hit
const MOST = 24; // texts of a trace: more are the cells of a picture, which stay where they are

/**
 * True if the texts of a trace are written here and not by plotly.js: short names of markers, and of points that stay.
 * A text in the middle of its point is no name but what stands there, such as the number in a cell, and never leaves it.
 */
export function written({ mode, text, textposition }, moves) {
  if (!/^(markers\+)?text$/.test(mode) || (mode === "text" && (moves || !textposition))) return false;
  const texts = [text].flat();
  return texts.length <= MOST && !texts.some((one) => /<br>/.test(one));
}
