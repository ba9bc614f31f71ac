// One panel of the live chart: a plotly figure with its head, the names on its curves, its handles, table, and downloads.

const INSTANT = { mode: "immediate", transition: { duration: 0 }, frame: { duration: 0, redraw: false } };
const GENTLE = { mode: "immediate", transition: { duration: 150, easing: "cubic-in-out" }, frame: { duration: 150, redraw: false } };
const ANIMATED = new Set(["scatter", "bar"]); // plotly.js moves these without a full redraw
const REST = 80; // ms without a move after which names are written on curves that have moved
const PACE = 5000; // ms in which a training is replayed
const SMALLEST = 14; // px of the labels of ticks and axes
const LARGER = 1.25; // plotly.js writes powers of ten by this larger than it is told

/** The smallest range that holds both; they run in the same direction. */
const spanning = (one, other) =>
  one[0] <= one[1]
    ? [Math.min(one[0], other[0]), Math.max(one[1], other[1])]
    : [Math.max(one[0], other[0]), Math.min(one[1], other[1])];

/** Traces without a point at a step: only a full drawing removes what plotly.js has drawn of them before. */
const emptied = (changes) => [...changes].flatMap(([t, { x, y }]) => (x?.length === 0 || y?.length === 0 ? [t] : [])).join();

const shortNumber = (v) => (typeof v === "number" ? (Number.isFinite(v) ? String(+v.toPrecision(6)) : "") : (v ?? ""));

/** One figure of a chart; the chart says where it is (`index`), how it looks (`theme`), and when to draw. */
export class Panel {
  constructor(chart) {
    this.chart = chart;
    const { el, toolButton, Handles } = chart.kit;
    this.root = el("figure", "lc-panel");
    this.stage = el("div", "lc-stage");
    this.plot = el("div", "lc-plot");
    this.plot.role = "img";
    this.details = el("details", "lc-table");
    this.details.append(el("summary", "", "Data table"), el("div"));
    this.details.addEventListener("toggle", () => this.fillTable());
    this.hidden = new Set(); // names that the reader has switched off; they stay off whatever the server sends
    this.head = el("figcaption", "lc-head");
    this.title = el("span", "lc-title");
    this.key = el("span", "lc-key");
    this.tools = el("span", "lc-tools");
    this.tableTool = toolButton("table", "Data table", () => (this.details.open = !this.details.open));
    this.growTool = toolButton("grow", "Enlarge", () => chart.enlarge(chart.panels.indexOf(this)));
    this.replayTool = toolButton("play", "Replay", () => this.replay());
    this.replayTool.classList.add("lc-replay");
    const save = (format) => toolButton(format, `Download ${format.toUpperCase()}`, () => this.save(format));
    this.tools.append(this.growTool, this.tableTool, save("png"), save("svg"));
    this.head.append(this.replayTool, this.title, this.key, this.tools);
    this.labels = el("div", "lc-labels");
    this.stage.append(this.plot, this.labels);
    this.root.append(this.head, this.stage, this.details);
    this.handles = new Handles(this);
    this.seen = true;
    this.watch = new IntersectionObserver(([entry]) => this.notice(entry.isIntersecting), { rootMargin: "200px" });
    this.watch.observe(this.stage);
  }

  /** Figures out of sight are not moved while dragging (a phone shows one at a time); they catch up when seen. */
  notice(seen) {
    this.seen = seen;
    if (seen && this.stale) this.show(this.chart.index);
  }

  /** Draw the figure if anything about it has changed since the last time. */
  draw(spec, size) {
    const { Plotly, theme, kit } = this.chart;
    const frame = [size.scale, Object.values(size.margin), size.over, size.axisBelow].join();
    const id = [spec.digest, theme.id, frame].join();
    this.size = size;
    this.stage.style.height = `${size.height}px`;
    if (id === this.id) {
      this.spec = spec; // it may now have all frames where only one was known
      this.resize();
      if (this.shown !== this.chart.index) this.show(this.chart.index); // the same figure at another step, as after a preset
      return;
    }
    const look = [spec.look, theme.id, frame, size.width, size.height].join();
    const before = look === this.look && this.spec;
    Object.assign(this, { id, look, spec, shown: this.chart.index });
    this.plot.ariaLabel = spec.alt;
    this.tableTool.hidden = !spec.data.some((trace) => trace.name && trace.meta?.table !== false); // a picture of pictures
    this.replayTool.hidden = !spec.paced;
    this.fillHead();
    if (before && this.move(before)) return this.fillTable();
    const data = kit.dressed(spec.data, theme.swap);
    const changes = this.frameAt(this.chart.index);
    this.empty = emptied(changes);
    for (const [trace, attrs] of changes) Object.assign(data[trace], attrs);
    const moving = new Set(spec.frames.map((frames) => frames.trace));
    data.forEach((trace, i) => {
      if (this.hidden.has(kit.groupOf(trace))) trace.visible = "legendonly";
      if (kit.written(trace, moving.has(i))) trace.mode = trace.mode === "text" ? "none" : "markers"; // placed like names of curves
    });
    const layout = this.layout();
    this.held = null;
    kit.enlarge(data, size.scale);
    kit.enlarge(layout, size.scale);
    // Where both axes share one unit length, plotly.js would fit the new ranges into the frame of the old ones.
    const ties = layout.yaxis.scaleanchor ? String([layout.xaxis.range, layout.yaxis.range]) : "";
    if (this.ties !== ties && this.plot.on) Plotly.purge(this.plot);
    this.ties = ties;
    const first = !this.plot.on;
    this.settings ??= { displayModeBar: false, doubleClick: "reset" }; // a new object would rebuild the figure
    Plotly.react(this.plot, data, layout, this.settings);
    if (first) {
      this.plot.on("plotly_afterplot", () => this.nameSoon());
      for (const event of ["plotly_afterplot", "plotly_relayouting"]) this.plot.on(event, () => this.handles.place());
    }
    this.handles.draw();
    this.fillTable();
    this.nameSoon();
  }

  /** Layout of the figure on the page: its titles are in the head, its margins match those of its neighbors. */
  layout() {
    const { kit, theme, coarse } = this.chart;
    const { spec, size } = this;
    const layout = kit.dressed({ ...spec.layout, showlegend: false, title: { text: "" } }, theme.swap);
    layout.font = { ...layout.font, family: theme.font };
    if (coarse) layout.dragmode ??= false; // a finger scrolls the page, it does not draw a zoom box
    for (const axis of [layout.xaxis, layout.yaxis]) {
      const least = axis.type === "log" && axis.exponentformat === "power" ? SMALLEST / LARGER : SMALLEST;
      axis.tickfont = { ...axis.tickfont, size: Math.max(least, axis.tickfont?.size ?? 0) };
      axis.title = { ...axis.title, standoff: 3, font: { ...axis.title?.font, size: SMALLEST } };
    }
    layout.yaxis.title.text = "";
    if (size.over) layout.xaxis.title.text = "";
    if (size.axisBelow) layout.xaxis.showticklabels = false;
    return Object.assign(layout, { margin: { ...size.margin }, width: size.width, height: size.height, autosize: false });
  }

  /** Title of the figure and of its vertical axis, level; for an upper figure, also that of the horizontal axis. */
  fillHead() {
    const { title, xaxis, yaxis } = this.spec.layout;
    const across = this.size.over && !this.size.axisBelow ? ` over ${xaxis?.title?.text}` : "";
    const words = [title?.text, `${yaxis?.title?.text?.trim() ?? ""}${across}`].filter(Boolean).join(" · ");
    const { innerHTML } = this.chart.kit.markup(this.chart.theme.swap(words));
    if (this.title.innerHTML !== innerHTML) this.title.innerHTML = innerHTML;
  }

  /** Switch to a figure that differs only in its arrays, without rebuilding it; false if that is impossible. */
  move(before) {
    const { spec, plot, chart } = this;
    const layout = this.hold(before);
    if (!layout) return false; // another frame needs a full drawing
    if (spec.data.some((trace) => trace.type !== "scatter" && (trace.type !== "bar" || trace.text || trace.texttemplate)))
      return false; // the texts of bars would be left behind
    const frame = this.frameAt(chart.index);
    if (emptied(frame) !== this.empty) return false;
    const data = spec.data.map((trace, i) => ({ ...chart.kit.arraysOf(trace), ...frame.get(i) }));
    const traces = data.map((_, i) => i);
    const change = Object.keys(layout).length ? { data, traces, layout } : { data, traces };
    chart.Plotly.animate(plot, change, chart.jumped && !chart.still ? GENTLE : INSTANT).catch(() => {}); // a newer step may interrupt it
    this.handles.place();
    this.hideMoving(() => true);
    return true;
  }

  /**
   * Ranges that the axes must be given: none while they are the same. During a drag they only grow, so that the figure
   * stands still under the eye and nothing leaves it; null where the figure must be drawn in full.
   */
  hold(before) {
    const layout = {};
    const held = {};
    for (const name of ["xaxis", "yaxis"]) {
      const [old, now] = [before, this.spec].map((one) => one.layout[name]?.range);
      if (!old || !now) return null;
      if (this.spec.layout[name].scaleanchor && String(old) !== String(now)) return null; // plotly.js ties the two axes
      if (!this.chart.previewing) {
        if (this.held || String(old) !== String(now)) return null;
        continue;
      }
      const shown = this.held?.[name] ?? old;
      held[name] = spanning(shown, now);
      const zoomed = String(this.plot.layout[name].range) !== String(shown); // by the reader, whose frame it is then
      if (String(held[name]) !== String(shown) && !zoomed) layout[name] = { range: [...held[name]] };
    }
    if (this.chart.previewing) this.held = held;
    return layout;
  }

  /** Draw in full after a drag: the axes that belong to the figure, with their labels. */
  settle() {
    if (!this.held) return;
    this.id = this.look = "";
    this.draw(this.spec, this.size);
  }

  resize() {
    const { width, height } = this.size;
    if (this.plot.layout.width === width && this.plot.layout.height === height) return;
    this.chart.Plotly.relayout(this.plot, { width, height });
  }

  frameAt(index) {
    const changes = new Map();
    for (const f of this.spec.frames) {
      if (!changes.has(f.trace)) changes.set(f.trace, {});
      changes.get(f.trace)[f.attr] = f.at(this.chart.entry(f.along, index));
    }
    return changes;
  }

  /** Move to another axis value: this runs during a drag, so nothing else is touched. */
  show(index) {
    this.stale = !this.seen;
    if (this.stale) return;
    this.shown = index;
    this.hideMoving((node) => node.moves); // the others stay put
    if (this.spec.frames.length) {
      const changes = this.frameAt(index);
      this.spec.data.forEach((trace, i) => {
        if (trace.type === "bar" && !changes.has(i)) changes.set(i, {}); // plotly.js removes bars that it is not told about
      });
      const traces = [...changes.keys()];
      const empty = emptied(changes);
      const redraw = empty !== this.empty || traces.some((t) => !ANIMATED.has(this.spec.data[t].type ?? "scatter"));
      this.empty = empty;
      const how = redraw ? { ...INSTANT, frame: { duration: 0, redraw } } : INSTANT;
      // A newer step interrupts an older one; plotly.js then rejects the older promise.
      const drawn = this.chart.Plotly.animate(this.plot, { data: [...changes.values()], traces }, how);
      drawn.then(() => this.fillTable(), () => {});
    }
    this.handles.place();
  }

  /** Draw the curves at a pace that a class can follow; a click or a key shows them whole. */
  replay() {
    if (this.chart.still || this.sweeps?.length) return;
    this.sweeps = this.spec.paced === "along" ? this.stepByStep() : this.leftToRight();
    this.labels.hidden = true; // they name the ends of the curves
    const skip = () => this.sweeps.forEach((sweep) => sweep.finish());
    const events = ["pointerdown", "keydown"];
    for (const event of events) addEventListener(event, skip, true);
    Promise.allSettled(this.sweeps.map((sweep) => sweep.finished)).then(() => {
      for (const event of events) removeEventListener(event, skip, true);
      this.labels.hidden = false;
      this.sweeps = [];
    });
  }

  leftToRight() {
    const curves = this.plot.querySelectorAll(".scatterlayer");
    return [...curves].map((node) => node.animate({ clipPath: ["inset(-50% 100% -50% 0)", "inset(-50% 0% -50% 0)"] }, PACE));
  }

  /** Draw the first curve that moves from mark to mark, each step in the same time. */
  stepByStep() {
    const trace = this.plot.querySelectorAll(".scatterlayer > .trace")[this.spec.frames[0].trace];
    const line = trace?.querySelector(".js-line");
    const points = [...(trace?.querySelectorAll(".point") ?? [])];
    if (!line || points.length < 2) return [];
    const places = points.map((point) => point.transform.baseVal.consolidate().matrix);
    let length = 0;
    const reached = places.map(({ e, f }, i) => (length += i ? Math.hypot(e - places[i - 1].e, f - places[i - 1].f) : 0));
    const steps = reached.map((at) => ({ strokeDasharray: String(length), strokeDashoffset: String(length - at) }));
    const shown = (point, i) => point.animate({ opacity: [0, 0, 1, 1], offset: [0, i / points.length, i / points.length, 1] }, PACE);
    return [line.animate(steps, PACE), ...points.map(shown)];
  }

  /* names on the curves; a click on one switches its curve off or on */

  /** Traces by the name that represents them, in the order of the figure. */
  groups() {
    const groups = new Map();
    this.spec.data.forEach((trace, i) => {
      const group = this.chart.kit.groupOf(trace);
      if (groups.has(group)) groups.get(group).push(i);
      else if (this.spec.layout.showlegend && trace.name && trace.showlegend !== false) groups.set(group, [i]);
    });
    return groups;
  }

  /** Remove the names of what moves, and write them again once it rests. */
  hideMoving(moves) {
    for (const node of this.labels.children) node.hidden ||= moves(node);
    this.nameSoon();
  }

  nameSoon() {
    clearTimeout(this.nameTimer);
    const { chart } = this;
    this.nameTimer = setTimeout(() => (chart.held || chart.timer || chart.previewing ? this.nameSoon() : this.name()), REST);
  }

  /** Whether plotly.js has ended a move in the frame of before, which happens where the size changes meanwhile. */
  torn() {
    const clip = this.plot.querySelector(".plotclip rect");
    const torn = clip && Math.abs(clip.getAttribute("height") - this.plot._fullLayout.yaxis._length) > 1;
    const again = torn && this.mended === this.id;
    this.mended = torn ? this.id : "";
    return torn && !again;
  }

  name() {
    if (!this.plot._fullLayout?.xaxis || !this.plot.isConnected || this.root.hidden) return;
    if (this.torn()) return void this.chart.Plotly.redraw(this.plot); // and then its names
    const { placed, unplaced } = this.chart.kit.placeNames(this);
    this.labels.replaceChildren(...placed.map((name) => this.label(name)));
    this.key.replaceChildren(...unplaced.map((group) => this.keyEntry(group)));
  }

  label({ text, x, y, pixels, weight, color, group, moves }) {
    const { el } = this.chart.kit;
    const node = group ? this.switchOf(group, text, "lc-on") : el("span", "lc-on");
    if (!group) node.append(this.chart.kit.markup(text));
    node.moves = moves;
    const painted = group ? this.chart.kit.ink(color) : color;
    node.style.cssText = `left:${x + 2}px;top:${y}px;font-size:${pixels}px;font-weight:${weight};color:${painted}`;
    return node;
  }

  /** Put a name that has no position on the figure into the head, after the sign of its curve. */
  keyEntry(group) {
    const trace = this.spec.data[this.groups().get(group)[0]];
    const button = this.switchOf(group, trace.name, "lc-entry");
    button.prepend(this.chart.kit.swatchOf(trace, this.chart.theme));
    return button;
  }

  switchOf(group, text, className) {
    const button = this.chart.kit.el("button", className, text);
    button.type = "button";
    button.title = this.hidden.has(group) ? "Show this curve" : "Hide this curve";
    button.ariaPressed = String(!this.hidden.has(group));
    button.addEventListener("click", () => this.toggle(group));
    return button;
  }

  toggle(group) {
    const hide = !this.hidden.delete(group) && Boolean(this.hidden.add(group));
    const traces = this.spec.data.flatMap((one, i) => (this.chart.kit.groupOf(one) === group ? [i] : []));
    this.chart.Plotly.restyle(this.plot, { visible: hide ? "legendonly" : true }, traces).then(() => {
      this.fillTable();
      this.name();
    });
  }

  /* the same numbers as a table */

  fillTable() {
    if (!this.details.open || !this.plot.data) return;
    const traces = this.plot.data.filter((t) => t.name && t.meta?.table !== false && (t.visible ?? true) === true);
    const rows = new Map();
    traces.forEach((trace, column) =>
      Array.from(trace.x ?? [], (x, i) => {
        if (!rows.has(x)) rows.set(x, new Array(traces.length));
        rows.get(x)[column] = (trace.customdata ?? trace.y)?.[i]; // the values themselves, however they are drawn
      }),
    );
    const keys = [...rows.keys()].filter((x) => !Number.isNaN(x));
    if (keys.every((x) => typeof x === "number")) keys.sort((a, b) => a - b);
    const { el, markup } = this.chart.kit;
    const table = el("table");
    table.createCaption().textContent = this.spec.alt;
    const head = table.createTHead().insertRow();
    for (const name of [this.spec.layout.xaxis?.title?.text || "x", ...traces.map((t) => t.name)]) {
      const cell = el("th", "", markup(name).textContent);
      cell.scope = "col";
      head.append(cell);
    }
    const body = table.createTBody();
    for (const x of keys) {
      const row = body.insertRow();
      for (const value of [x, ...rows.get(x)]) row.insertCell().textContent = shortNumber(value);
    }
    this.details.lastChild.replaceChildren(table);
  }

  /* downloads */

  /** A picture that stands alone: with titles, a legend, and the handles as lines and dots. */
  save(format) {
    const { chart, plot, spec, size } = this;
    const own = chart.kit.dressed(spec.layout, chart.theme.swap);
    chart.kit.enlarge(own, size.scale);
    const ranges = (name) => ({ ...own[name], range: plot.layout[name]?.range, autorange: plot.layout[name]?.autorange }); // as zoomed
    const layout = { ...own, xaxis: ranges("xaxis"), yaxis: ranges("yaxis"), font: plot.layout.font, paper_bgcolor: chart.theme.background };
    layout.title = { ...own.title, pad: { ...own.title?.pad, l: 12 } }; // flush with the figure is not flush with the picture
    const data = plot.data.map((trace, i) => ({ ...trace, mode: spec.data[i].mode }));
    for (const { x, y, color, along } of this.handles.nodes.length ? spec.tracks : []) {
      const entry = chart.entry(along);
      const [at, up] = [x[entry], y?.[entry]];
      const line = { color: chart.theme.swap(color), width: 1.5 };
      if (y) data.push({ x: [at], y: [up], mode: "markers", marker: { color: line.color, size: 10 }, showlegend: false });
      else layout.shapes = [...(layout.shapes ?? []), { type: "line", x0: at, x1: at, y0: 0, y1: 1, yref: "paper", line }];
    }
    const { width, height } = size;
    const filename = `${chart.state.file}-${chart.panels.indexOf(this) + 1}`;
    return chart.Plotly.downloadImage({ data, layout }, { format, width, height, scale: 2, filename });
  }

  destroy() {
    clearTimeout(this.nameTimer);
    this.watch.disconnect();
    this.chart.Plotly?.purge(this.plot);
    this.root.remove();
  }
}
