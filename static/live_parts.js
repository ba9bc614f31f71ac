// Parts of the live chart: small pieces of the page, and `Panel`, one plotly figure with its marker, table and downloads.

const INSTANT = { mode: "immediate", transition: { duration: 0 }, frame: { duration: 0, redraw: false } };
const ANIMATED = new Set(["scatter", "bar"]); // plotly.js moves these without a full redraw
const ICONS = {
  play: "M8 5v14l11-7z",
  pause: "M7 5h4v14H7zM13 5h4v14h-4z",
  back: "M15.4 6 9.4 12l6 6L14 19.4 6.6 12 14 4.6z",
  next: "M8.6 6l6 6-6 6L10 19.4 17.4 12 10 4.6z",
};

export function el(tag, className = "", text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

/** A text that never changes its size: the longest of its texts stands invisibly behind it. */
export function steadyText(texts, along) {
  const node = el("span", "lc-steady");
  const ghost = el("span", "lc-ghost", texts.reduce((a, b) => (b.length > a.length ? b : a), ""));
  ghost.ariaHidden = "true";
  const live = el("span");
  node.append(ghost, live);
  node.along = along;
  node.show = (index) => {
    const text = texts[Math.min(index, texts.length - 1)];
    if (live.textContent !== text) live.textContent = text;
  };
  return node;
}

export function iconButton(name, label, onClick) {
  const button = el("button", `lc-button lc-${name}`);
  button.type = "button";
  button.setIcon = (icon, text) => {
    button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${ICONS[icon]}"/></svg>`;
    button.ariaLabel = button.title = text;
  };
  button.setIcon(name, label);
  button.addEventListener("click", onClick);
  return button;
}

const DASHES = { dot: "2 2", dash: "6 3", longdash: "9 4", dashdot: "6 3 2 3", longdashdot: "9 3 2 3" };

/** A short piece of a line, dashed as in the plot. */
export function lineSwatch(color, dash, width) {
  const swatch = el("span", "lc-swatch");
  const pattern = DASHES[dash] ? ` stroke-dasharray="${DASHES[dash]}"` : "";
  swatch.innerHTML = `<svg viewBox="0 0 26 10" aria-hidden="true"><line x1="0" x2="26" y1="5" y2="5"${pattern}/></svg>`;
  Object.assign(swatch.querySelector("line").style, { stroke: color, strokeWidth: width });
  return swatch;
}

/** The row below the figures that moves along one axis: steps, label, value, slider. */
export class Dial {
  constructor(chart, k) {
    this.chart = chart;
    this.k = k;
    this.root = el("div", "lc-dial");
    this.range = el("input", "lc-range");
    Object.assign(this.range, { type: "range", min: 0, step: 1, id: `lc-${Math.random().toString(36).slice(2)}` });
    this.label = el("label", "lc-name");
    this.label.htmlFor = this.range.id;
    this.output = el("span", "lc-output");
    this.output.ariaHidden = "true";
    this.range.addEventListener("pointerdown", () => chart.hold());
    this.range.addEventListener("pointerup", () => (chart.held = false));
    this.range.addEventListener("pointercancel", () => (chart.held = false));
    this.range.addEventListener("keydown", () => (chart.byKey = true));
    this.range.addEventListener("input", () => {
      chart.stop();
      chart.goTo(chart.along(k, this.range.valueAsNumber));
    });
    this.range.addEventListener("change", () => (chart.byKey ? chart.commitLater() : chart.release()));
    const back = iconButton("back", "Step back", () => chart.step(-1, k));
    const next = iconButton("next", "Step forward", () => chart.step(1, k));
    const words = el("div", "lc-now");
    words.append(this.label, this.output);
    this.root.append(back, words, this.range, next);
  }

  fill(axis) {
    this.axis = axis;
    this.label.textContent = axis.label;
    this.now = steadyText(axis.texts);
    this.output.replaceChildren(this.now);
    this.range.max = axis.values.length - 1;
  }

  show(position) {
    const { range, axis } = this;
    if (range.valueAsNumber !== position) range.value = position;
    range.ariaValueText = axis.texts[position];
    range.style.setProperty("--lc-fill", axis.values.length > 1 ? position / (axis.values.length - 1) : 0);
    this.now.show(position);
  }
}

/** The smallest range that holds both; they run the same way. */
const spanning = (one, other) =>
  one[0] <= one[1]
    ? [Math.min(one[0], other[0]), Math.max(one[1], other[1])]
    : [Math.max(one[0], other[0]), Math.min(one[1], other[1])];

const groupOf = (trace) => trace.legendgroup ?? trace.name;

/** What a trace looks like, as a small sign: its line, its area or its marker. */
function swatchOf(trace, theme) {
  const { line = {}, marker, fillcolor, mode = "lines" } = trace;
  if (marker && mode === "markers") {
    const edge = marker.line?.color;
    const open = edge || /open/.test(marker.symbol);
    const mark = el("span", `lc-mark ${marker.symbol === "line-ns" ? "lc-tick" : open ? "lc-open" : ""}`);
    mark.style.color = theme.swap(edge ?? marker.color ?? "currentColor");
    return mark;
  }
  const color = theme.swap((trace.type === "bar" ? marker?.color : line.color) ?? "currentColor");
  const swatch = lineSwatch(color, line.dash, trace.type === "bar" ? 9 : (line.width ?? 2));
  if (fillcolor) swatch.style.background = theme.swap(fillcolor);
  return swatch;
}

/**
 * How far, in percent of its width, a label stands left of its line, so that it stays inside: 50 but near the edges. Of two
 * lines the left one (`side` 0) has its label on its left and the other one on its right.
 */
function lean(share, side = 0.5) {
  const [least, most] = [(share - 0.85) / 0.15, share / 0.15].map((part) => 100 * Math.min(1, Math.max(0, part)));
  return (1 - side) * most + side * least;
}

/** The axis of a plane that a handle follows alone; -1 if none. */
const axisOf = ({ along }) => (along ? along.findIndex(Boolean) : -1);

/** Traces without a point at a step: only a full drawing takes away what plotly.js has drawn of them before. */
const emptied = (changes) => [...changes].flatMap(([t, { x, y }]) => (x?.length === 0 || y?.length === 0 ? [t] : [])).join();

const shortNumber = (v) => (typeof v === "number" ? (Number.isFinite(v) ? String(+v.toPrecision(6)) : "") : (v ?? ""));

/** One figure of a chart; the chart says where it stands (`index`), how it looks (`theme`) and when to draw. */
export class Panel {
  constructor(chart) {
    this.chart = chart;
    this.root = el("div", "lc-panel");
    this.stage = el("div", "lc-stage");
    this.plot = el("div", "lc-plot");
    this.plot.role = "img";
    this.details = el("details", "lc-table");
    this.details.append(el("summary", "", "Data table"), el("div"));
    this.details.addEventListener("toggle", () => this.fillTable());
    this.legend = el("div", "lc-legend");
    this.hidden = new Set(); // names that the reader has switched off; they stay off whatever the server sends
    this.badge = el("div", "lc-absent");
    this.badge.hidden = true;
    this.stage.append(this.plot, this.badge);
    this.handles = [];
    this.echoes = [];
    this.stage.addEventListener("pointermove", (event) => this.hover(event));
    this.stage.addEventListener("pointerleave", () => this.chart.peek(null));
    this.stage.addEventListener("pointerdown", (event) => this.press(event), true);
    this.root.append(this.legend, this.stage, this.details);
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
    const id = [spec.digest, theme.id, size.scale].join();
    this.size = size;
    this.stage.style.height = `${size.height}px`;
    if (id === this.id) {
      this.spec = spec; // its frames may be all of them where only one was known
      this.resize();
      if (this.shown !== this.chart.index) this.show(this.chart.index); // the same figure at another step, as after a preset
      return;
    }
    const look = [spec.look, theme.id, size.scale, size.width, size.height].join();
    const before = look === this.look && this.spec;
    Object.assign(this, { id, look, spec, shown: this.chart.index });
    this.plot.ariaLabel = spec.alt;
    this.details.hidden = !spec.data.some((trace) => trace.name && trace.meta?.table !== false); // a picture of pictures
    if (before && this.move(before)) return this.fillTable();
    const data = kit.dressed(spec.data, theme.swap);
    const frame = this.frameAt(this.chart.index);
    this.empty = emptied(frame);
    for (const [trace, attrs] of frame) Object.assign(data[trace], attrs);
    for (const trace of data) if (this.hidden.has(groupOf(trace))) trace.visible = "legendonly";
    const layout = kit.dressed({ ...spec.layout, showlegend: false }, theme.swap);
    layout.font = { ...layout.font, family: theme.font };
    if (this.chart.coarse) layout.dragmode ??= false; // a finger scrolls the page, it does not draw a zoom box
    Object.assign(layout, { width: size.width, height: size.height, autosize: false });
    this.held = null;
    kit.enlarge(data, size.scale);
    kit.enlarge(layout, size.scale);
    const first = !this.plot.on;
    Plotly.react(this.plot, data, layout, this.config(Plotly));
    if (first) {
      for (const event of ["plotly_afterplot", "plotly_relayouting"]) this.plot.on(event, () => this.placeHandles());
    }
    this.drawHandles();
    this.fillTable();
  }

  /** Go to a figure that differs in its arrays only, without building it anew; false where that cannot be. */
  move(before) {
    const { spec, plot } = this;
    const layout = this.hold(before);
    if (!layout) return false; // another frame needs a full drawing
    if (spec.data.some((trace) => trace.type !== "scatter")) return false; // the texts of bars would stay behind
    const frame = this.frameAt(this.chart.index);
    if (emptied(frame) !== this.empty) return false;
    const data = spec.data.map((trace, i) => ({ ...this.chart.kit.arraysOf(trace), ...frame.get(i) }));
    const traces = data.map((_, i) => i);
    const change = Object.keys(layout).length ? { data, traces, layout } : { data, traces };
    this.chart.Plotly.animate(plot, change, INSTANT).catch(() => {}); // a newer step may interrupt it
    this.placeHandles();
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

  /** Draw in full after a drag: the axes as they belong to the figure, with their labels. */
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

  /** Move to another axis value: the path that a drag takes, so nothing else is touched. */
  show(index) {
    this.stale = !this.seen;
    if (this.stale) return;
    this.shown = index;
    if (this.spec.frames.length) {
      const changes = this.frameAt(index);
      this.spec.data.forEach((trace, i) => {
        if (trace.type === "bar" && !changes.has(i)) changes.set(i, {}); // plotly.js removes bars that it is not told of
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
    this.placeHandles();
  }

  /* the legend: buttons that switch curves on and off */

  /** Build the legend of a figure; before the drawing, since the height left for the plot depends on it. */
  fillLegend(spec) {
    const { theme } = this.chart;
    const id = [spec.look, theme.id].join();
    if (id === this.legendId) return;
    this.legendId = id;
    const groups = new Map();
    for (const trace of spec.layout.showlegend ? spec.data : []) {
      if (trace.name && trace.showlegend !== false && !groups.has(groupOf(trace))) groups.set(groupOf(trace), trace);
    }
    this.legend.replaceChildren(...Array.from(groups, ([group, trace]) => this.legendButton(group, trace)));
    this.legend.hidden = !groups.size;
  }

  legendButton(group, trace) {
    const button = el("button", "lc-entry");
    button.type = "button";
    button.title = "Hide or show";
    button.append(swatchOf(trace, this.chart.theme), trace.name);
    button.ariaPressed = String(!this.hidden.has(group));
    button.addEventListener("click", () => {
      const hide = !this.hidden.delete(group) && Boolean(this.hidden.add(group));
      button.ariaPressed = String(!hide);
      const traces = this.spec.data.flatMap((one, i) => (groupOf(one) === group ? [i] : []));
      this.chart.Plotly.restyle(this.plot, { visible: hide ? "legendonly" : true }, traces).then(() => this.fillTable());
    });
    return button;
  }

  /* handles: vertical lines and dots that stand on the figure and can be dragged */

  drawHandles() {
    const tracks = this.chart.axes.length ? this.spec.tracks : [];
    const kinds = tracks.map((track) => (track.y ? "dot" : "line")).join();
    if (kinds !== this.kinds) {
      this.kinds = kinds;
      for (const node of [...this.handles, ...this.echoes]) node.remove();
      this.handles = tracks.map((track, k) => this.handle(track, "lc-handle", k));
      this.echoes = tracks.map((track) => this.handle(track, "lc-echo"));
    }
    tracks.forEach((track, k) => {
      for (const node of [this.handles[k], this.echoes[k]])
        node.style.setProperty("--lc-color", this.chart.theme.swap(track.color));
    });
    this.placeHandles();
    this.echo(null);
  }

  handle(track, role, k) {
    const node = el("div", `lc-mover ${role} ${track.y ? "lc-dot" : "lc-line"}`);
    node.ariaHidden = "true"; // the slider says the same to who cannot see it
    if (!track.y) node.append(el("span", "lc-flag"));
    if (k !== undefined) node.addEventListener("pointerdown", (event) => this.grab(event, k));
    this.stage.append(node);
    return node;
  }

  placeHandles() {
    this.handles.forEach((node, k) => this.place(node, this.spec.tracks[k], this.chart.index));
    this.badge.hidden = !this.handles.length || !this.handles[0].hidden || !this.spec.absent.length;
    if (!this.badge.hidden) this.badge.textContent = this.spec.absent[Math.min(this.chart.index, this.spec.absent.length - 1)];
  }

  /** Where the pointer is over one figure, the same step shows faintly in all. */
  echo(index) {
    this.echoes.forEach((node, k) => {
      node.hidden = index === null;
      if (index !== null) this.place(node, this.spec.tracks[k], index);
    });
  }

  place(node, track, index) {
    const { xaxis, yaxis } = this.plot._fullLayout;
    const [axis, entry] = [axisOf(track), this.chart.entry(track.along, index)];
    const x = xaxis.d2p(track.x[entry]);
    const y = track.y ? yaxis.d2p(track.y[entry]) : 0;
    node.hidden = !(x >= -1 && x <= xaxis._length + 1 && y >= -1 && y <= yaxis._length + 1);
    node.style.transform = `translate(${xaxis._offset + x}px, ${yaxis._offset + y}px)`;
    if (track.y) return;
    node.style.height = `${yaxis._length}px`;
    node.style.setProperty("--lc-lean", lean(x / xaxis._length, axis < 0 ? undefined : this.sideOf(axis, track.x[entry], index)));
    node.firstChild.textContent = axis < 0 ? this.chart.textAt(index) : this.chart.axes[axis].texts[entry];
  }

  /** Whether the line of an axis stands left (0) or right (1) of the other one; the first one left where both are one. */
  sideOf(axis, x, index) {
    const other = this.spec.tracks.find((track) => !track.y && axisOf(track) === 1 - axis);
    const apart = other ? x - other.x[this.chart.entry(other.along, index)] : 0;
    return apart ? Number(apart > 0) : axis;
  }

  grab(event, k) {
    if (event.button) return;
    const { chart } = this;
    const node = this.handles[k];
    event.preventDefault();
    event.stopPropagation();
    chart.hold();
    chart.peek(null);
    node.setPointerCapture(event.pointerId);
    const move = (e) => chart.goTo(this.stepAt(e, [this.spec.tracks[k]]));
    const drop = () => {
      node.removeEventListener("pointermove", move);
      chart.release();
    };
    node.addEventListener("pointermove", move);
    node.addEventListener("lostpointercapture", drop, { once: true });
  }

  /** Index of the axis value whose handle would stand nearest to a pointer. */
  stepAt(event, tracks) {
    const { xaxis, yaxis } = this.plot._fullLayout;
    const box = this.stage.getBoundingClientRect();
    const px = event.clientX - box.left - xaxis._offset;
    const py = event.clientY - box.top - yaxis._offset;
    let best = Infinity;
    let step = this.chart.index;
    for (const track of tracks) {
      const { x, y } = track;
      const axis = axisOf(track);
      for (let i = 0; i < x.length; i++) {
        const away = Math.hypot(xaxis.d2p(x[i]) - px, y ? yaxis.d2p(y[i]) - py : 0);
        if (away < best) [best, step] = [away, axis < 0 ? i : this.chart.along(axis, i)];
      }
    }
    return step;
  }

  /** Handles that a click takes along: all, or of those that move by themselves the one that stands nearest. */
  near(event) {
    const { tracks } = this.spec;
    if (tracks.every((track) => axisOf(track) < 0)) return tracks;
    const away = this.handles.map((node) => {
      const box = node.getBoundingClientRect();
      return node.hidden ? Infinity : Math.abs(box.x + box.width / 2 - event.clientX);
    });
    return [tracks[away.indexOf(Math.min(...away))]];
  }

  /** Place of a pointer in the units of the axes; null outside of the plot. */
  spotAt(event) {
    const { xaxis, yaxis } = this.plot._fullLayout ?? {};
    if (!xaxis) return null;
    const box = this.stage.getBoundingClientRect();
    const px = event.clientX - box.left - xaxis._offset;
    const py = event.clientY - box.top - yaxis._offset;
    const inside = px >= -8 && py >= -8 && px <= xaxis._length + 8 && py <= yaxis._length + 8;
    return inside ? [xaxis.p2d(px), yaxis.p2d(py)] : null;
  }

  hover(event) {
    if (event.pointerType === "touch" || event.buttons || !this.handles.length || this.chart.axes.length > 1) return;
    this.chart.peek(this.spotAt(event) ? this.stepAt(event, this.spec.tracks) : null);
  }

  /** A click that is no drag: plotly.js keeps the click events of its figures for itself. */
  press(event) {
    if (event.button || event.target.closest(".modebar, .lc-handle")) return;
    const { clientX, clientY } = event;
    const up = (e) => {
      const spot = Math.hypot(e.clientX - clientX, e.clientY - clientY) < 4 && this.spotAt(e);
      if (!spot) return;
      if (this.chart.state.ask) this.chart.answer(this, spot);
      else if (this.handles.length) this.chart.jump(this.stepAt(e, this.near(e)));
    };
    window.addEventListener("pointerup", up, { once: true });
    // Where no zoom box is wanted, a drag that begins anywhere takes the handle along; a finger scrolls the page there.
    const modes = [this.spec.layout.dragmode, this.plot._fullLayout?.dragmode]; // its buttons may have changed the second
    const free = modes.every((mode) => mode === false) && event.pointerType !== "touch";
    if (free && this.handles.length) this.sweep(event);
  }

  sweep(event) {
    const { chart } = this;
    const box = this.handles[0].getBoundingClientRect();
    const [dx, dy] = [box.x + box.width / 2 - event.clientX, box.y + box.height / 2 - event.clientY];
    chart.hold();
    const move = (e) => chart.goTo(this.stepAt({ clientX: e.clientX + dx, clientY: e.clientY + dy }, [this.spec.tracks[0]]));
    const drop = () => {
      window.removeEventListener("pointermove", move);
      chart.release();
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", drop, { once: true });
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
    const table = el("table");
    table.createCaption().textContent = this.spec.alt;
    const head = table.createTHead().insertRow();
    for (const name of [this.plot.layout.xaxis?.title?.text || "x", ...traces.map((t) => t.name)]) {
      const cell = el("th", "", name);
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

  /* the mode bar */

  /** Settings of plotly.js, the same object each time: with new ones it would build the figure anew and lose the zoom. */
  config(Plotly) {
    const { present } = this.chart.state;
    if (this.settings?.for === present) return this.settings.config;
    const bare = present || this.chart.coarse; // a finger has no use for the bar, which would cover the figure
    const save = (format, icon) => ({
      name: format,
      title: `Download ${format.toUpperCase()}`,
      icon,
      click: () => this.save(format),
    });
    const downloads = [save("png", Plotly.Icons.camera), save("svg", Plotly.Icons.disk)];
    const config = {
      displaylogo: false,
      displayModeBar: bare ? false : "hover",
      modeBarButtons: [downloads, ["zoom2d", "pan2d", "resetScale2d"]],
      doubleClick: "reset",
    };
    this.settings = { for: present, config };
    return config;
  }

  save(format) {
    const { chart, plot } = this;
    const { title } = plot.layout; // it stands flush with the page, but not with the edge of a picture
    const layout = {
      ...plot.layout,
      showlegend: this.spec.layout.showlegend, // on the page the legend is made of buttons
      paper_bgcolor: chart.theme.background,
      title: { ...title, pad: { ...title?.pad, l: 12 } },
    };
    const data = [...plot.data];
    for (const { x, y, color, along } of this.handles.length ? this.spec.tracks : []) {
      const entry = chart.entry(along);
      const [at, up] = [x[entry], y?.[entry]];
      const line = { color: chart.theme.swap(color), width: 1.5 };
      if (y) data.push({ x: [at], y: [up], mode: "markers", marker: { color: line.color, size: 10 }, showlegend: false });
      else layout.shapes = [...(layout.shapes ?? []), { type: "line", x0: at, x1: at, y0: 0, y1: 1, yref: "paper", line }];
    }
    const { width, height } = this.size;
    const filename = `${chart.state.file}-${chart.panels.indexOf(this) + 1}`;
    return chart.Plotly.downloadImage({ data, layout }, { format, width, height, scale: 2, filename });
  }

  destroy() {
    this.watch.disconnect();
    this.chart.Plotly?.purge(this.plot);
    this.root.remove();
  }
}

