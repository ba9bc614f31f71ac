// What the live chart needs before it can draw: decoding the bytes that core/draw/packing.py writes, and adapting a figure
// to the colors and the size of the page. Pure functions, apart from `readTheme`, which looks at the page.

/** The bytes as they were packed; a promise of them if they come deflated, after a length of 0. */
export function inflated(bytes) {
  if (bytes.subarray(0, 4).some(Boolean)) return bytes;
  const stream = new Blob([bytes.subarray(4)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer().then((buffer) => new Uint8Array(buffer));
}

/** Header of a picture; arrays and frames in it are float32 views into one buffer. What it leaves out is as in `known`. */
export function decode(bytes, rules, known) {
  const { buffer } = bytes.slice(); // own buffer: float32 needs an offset that is a multiple of four
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const blob = new Float32Array(buffer, 4 + length);
  const part = ([offset, count]) => blob.subarray(offset, offset + count);
  for (const name of ["dark", "roles", "axes"]) header[name] ??= known[name];
  for (const panel of header.panels) {
    panel.data = withArrays(panel.data ?? panel.arrays, part);
    if (!panel.layout) fillIn(panel, known.panels.find(({ look }) => look === panel.look));
    const ruled = new Map(); // several frames show parts of what one rule makes of the same numbers
    panel.frames = panel.frames.map((frames) => decodeFrames(frames, part, header.at !== null, rules, ruled));
    panel.tracks = withArrays(panel.tracks, part);
    for (const f of panel.frames) {
      const trace = panel.data[f.trace];
      if (f.basis && f.attr === "y" && trace.x) trace.x = tile(trace.x, f.curves);
    }
  }
  for (const words of header.readouts) {
    words.texts = withTexts(words.texts, part);
    words.formula = withTexts(words.formula, part);
    if (words.check) words.check.texts = withTexts(words.check.texts, part);
  }
  header.summaries = withTexts(header.summaries, part);
  header.sentences = withTexts(header.sentences, part);
  return header;
}

/** Give a panel that came with ranges and arrays alone the rest of its figure. */
function fillIn(panel, { layout, data }) {
  panel.data = filled(data, panel.data);
  panel.layout = { ...layout };
  for (const name of ["xaxis", "yaxis"]) {
    const { range, ...rest } = layout[name] ?? {};
    if (layout[name]) panel.layout[name] = name in panel.ranges ? { ...rest, range: panel.ranges[name] } : rest;
  }
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** A part of a figure with other arrays in it. */
function filled(old, arrays) {
  if (Array.isArray(arrays) && isObject(arrays[0])) return arrays.map((part, i) => filled(old[i], part));
  if (!isObject(arrays)) return arrays;
  return { ...old, ...Object.fromEntries(Object.entries(arrays).map(([name, part]) => [name, filled(old[name], part)])) };
}

function withArrays(value, part) {
  if (Array.isArray(value)) return value.map((v) => withArrays(v, part));
  if (value === null || typeof value !== "object") return value;
  if (value.f32) return part(value.f32);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withArrays(v, part)]));
}

/** One text per step, from a list of them or from the different ones and which of them each step has. */
function withTexts(texts, part) {
  return Array.isArray(texts) ? texts : Array.from(part(texts.at.f32), (which) => texts.of[which]);
}

/** Frames with `at(index)`, the array drawn at one axis value, computed once; `alone`: only one of them was sent. */
function decodeFrames(frames, part, alone, rules, ruled) {
  const cache = [];
  const basis = frames.basis && part(frames.basis);
  const { values: places, steps, of } = frames;
  const block = steps && part(places); // equal lengths: the rows follow one another
  const make = (index) => {
    const values = block ? rowOf(block, index, steps) : part(places[index]);
    if (of) return Array.from(values, (which) => of[which]);
    return basis ? strands(values, basis, frames.curves, frames.points) : values;
  };
  if (frames.rule) {
    const rule = ruleOf(frames, part, rules, ruled);
    return { ...frames, at: (index) => rule(alone ? 0 : index, make)[frames.part] };
  }
  return { ...frames, at: (index) => (cache[alone ? 0 : index] ??= make(alone ? 0 : index)) };
}

/** A rule as a function of the step that remembers the last one: maps of all steps would take too much memory. */
function ruleOf({ rule, values }, part, rules, ruled) {
  const id = JSON.stringify([rule, values]);
  if (!ruled.has(id)) {
    const own = withArrays(rule, part);
    let last = [];
    ruled.set(id, (index, make) => {
      if (last[0] !== index) last = [index, rules[rule.name](make(index), own)];
      return last[1];
    });
  }
  return ruled.get(id);
}

function rowOf(block, index, rows) {
  const width = block.length / rows;
  return block.subarray(index * width, (index + 1) * width);
}

/** (curves, p) coefficients times (p, points) basis, the curves one after another with a gap after each. */
function strands(coefs, basis, curves, points) {
  const p = coefs.length / curves;
  const out = new Float32Array(curves * (points + 1));
  for (let c = 0; c < curves; c++) {
    const start = c * (points + 1);
    for (let j = 0; j < p; j++) {
      const a = coefs[c * p + j];
      for (let g = 0; g < points; g++) out[start + g] += a * basis[j * points + g];
    }
    out[start + points] = NaN;
  }
  return out;
}

function tile(grid, curves) {
  const out = new Float32Array(curves * (grid.length + 1)).fill(NaN);
  for (let c = 0; c < curves; c++) out.set(grid, c * (grid.length + 1));
  return out;
}

/** The current look of the page: background, font, and the swap of a light color for its partner if it is dark. */
export function readTheme(root, dark) {
  const css = getComputedStyle(root);
  const pen = document.createElement("canvas").getContext("2d"); // knows every way to write a color
  pen.fillStyle = "#ffffff";
  pen.fillStyle = css.getPropertyValue("--st-background-color").trim();
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(pen.fillStyle.slice(i, i + 2), 16) / 255);
  const isDark = 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.4;
  const escaped = Object.keys(dark).map((color) => color.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(escaped.sort((a, z) => z.length - a.length).join("|"), "g");
  return {
    background: pen.fillStyle,
    font: css.fontFamily,
    swap: (text) => (isDark ? text.replace(pattern, (found) => dark[found]) : text),
    id: [pen.fillStyle, css.fontFamily].join(),
  };
}

/** Only the arrays in a trace, in their places: what differs between two figures of the same look. */
export function arraysOf(value) {
  const kept = {};
  for (const [name, part] of Object.entries(value)) {
    if (Array.isArray(part) || ArrayBuffer.isView(part)) kept[name] = part;
    else if (part !== null && typeof part === "object") {
      const inner = arraysOf(part);
      if (Object.keys(inner).length) kept[name] = inner;
    }
  }
  return kept;
}

/** A fresh copy of a part of a figure, in the colors of the theme; typed arrays are shared. */
export function dressed(value, swap) {
  if (typeof value === "string") return swap(value);
  if (Array.isArray(value)) return value.map((v) => dressed(v, swap));
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, dressed(v, swap)]));
}

/** Multiply fonts, line widths, markers and margins, in place. */
export function enlarge(value, scale) {
  if (scale === 1 || value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return;
  for (const [name, part] of Object.entries(value)) {
    if (part === null || typeof part !== "object") continue;
    if (/font$/.test(name) && part.size) part.size *= scale;
    if (name === "line" && part.width) part.width *= scale;
    if (name === "marker" && typeof part.size === "number") part.size *= scale;
    if (name === "margin") for (const side of ["l", "r", "t", "b"]) part[side] *= scale;
    enlarge(part, scale);
  }
}
