// The live chart of Lectern: plotly.js figures that scrub through precomputed frames in the browser.
// Streamlit calls the default export with each message and on each change of theme.

const STACK_BELOW = 800; // px: narrower than this, the columns become one
const KEY_PAUSE = 250; // ms after the last key before the server is told
const PAGE_KEYS = { // steps, and the axis
  ArrowLeft: [-1, 0], PageUp: [-1, 0], ArrowRight: [1, 0], PageDown: [1, 0], ArrowDown: [-1, 1], ArrowUp: [1, 1],
};

const charts = new WeakMap(); // element -> Chart: one chart lives through all messages of its component

/**
 * Mount or update a chart. `kit` holds what live_data.js and live_parts.js export, and `plotly`, the address of plotly.js (not
 * needed where window.Plotly is there). It is passed, not imported: an import could find an older copy in the cache.
 * Returns the cleanup that Streamlit calls when the component leaves the page.
 */
export default function liveChart({ data, parentElement, setStateValue }, kit) {
  const chart = charts.get(parentElement) ?? new Chart(parentElement, kit);
  charts.set(parentElement, chart);
  chart.setStateValue = setStateValue;
  chart.update(data);
  // Streamlit also calls the cleanup of a call that a newer one has overtaken: only a detached chart is over.
  return () => {
    if (!parentElement.isConnected) chart.destroy();
  };
}

let plotlyLoading;
function loadPlotly(address) {
  plotlyLoading ??= window.Plotly?.react
    ? Promise.resolve(window.Plotly)
    : new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = address;
        script.onload = () => (window.Plotly?.react ? resolve(window.Plotly) : reject(new Error("plotly.js is incomplete")));
        script.onerror = () => reject(new Error(`plotly.js could not be loaded from ${address}`));
        document.head.append(script);
      });
  return plotlyLoading;
}

/**
 * plotly.js looks through all attributes of all traces for arrays each time that it draws or moves one of them: a quarter
 * of the time. Traces of one type with arrays in the same places have the same answer, so it is remembered.
 */
function rememberArrays({ PlotSchema }) {
  if (!PlotSchema?.findArrayAttributes || PlotSchema.remembered) return;
  const find = PlotSchema.findArrayAttributes;
  const found = new Map();
  PlotSchema.findArrayAttributes = (trace) => {
    if (!trace._input) return find(trace);
    const kind = [trace.type, ...placesOfArrays(trace._input)].join();
    if (!found.has(kind)) found.set(kind, find(trace));
    return found.get(kind);
  };
  PlotSchema.remembered = true;
}

function placesOfArrays(part, inside = "") {
  return Object.entries(part).flatMap(([name, value]) => {
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return inside + name;
    return value && typeof value === "object" ? placesOfArrays(value, `${inside}${name}.`) : [];
  });
}

class Chart {
  constructor(parent, kit) {
    this.parent = parent;
    this.kit = kit;
    this.panels = [];
    this.index = 0;
    const { el } = kit;
    this.coarse = matchMedia("(pointer: coarse)").matches;
    this.root = el("section", "lc");
    this.words = el("div", "lc-words");
    this.words.ariaLive = "polite";
    this.figures = el("div", "lc-figures");
    this.columns = [0, 1, 2].map(() => el("div", "lc-column"));
    this.figures.append(...this.columns);
    this.axes = [];
    this.dials = [];
    this.playButton = kit.iconButton("play", "Play", () => (this.timer ? this.pause() : this.play()));
    this.controls = el("div", "lc-controls");
    this.root.append(this.words, this.figures, this.controls);
    parent.append(this.root);
    this.onKey = (event) => this.pageKey(event);
    window.addEventListener("keydown", this.onKey);
    this.onResize = () => this.later("layoutFrame", () => this.layout());
    window.addEventListener("resize", this.onResize);
    this.sizes = new ResizeObserver(this.onResize);
    this.sizes.observe(this.root);
    const page = parent.closest('[data-testid="stMainBlockContainer"]');
    if (page) this.sizes.observe(page); // what arrives above the chart moves it down
  }

  /** Take a new message: redraw only what differs from the last one. */
  async update(bytes) {
    this.bytes = bytes;
    const overtaken = () => this.bytes !== bytes || this.over;
    if (this.sliders?.dragged) return; // what is under the finger is newer; see `settle`
    try {
      let packed = this.kit.inflated(bytes);
      if (packed instanceof Promise) packed = await packed; // only there: waiting costs a frame
      if (overtaken()) return;
      this.previewing = false;
      this.adopt(this.kit.decode(packed));
      if (this.state.source) this.sliders ??= new this.kit.Sliders(this);
      this.sliders?.follow(this.state.source);
      if (!this.Plotly) {
        this.Plotly = await loadPlotly(this.kit.plotly); // from then on it draws at once
        rememberArrays(this.Plotly);
      }
      if (!overtaken()) this.draw();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Draw what a control that is being dragged would make of the picture; the message before stays the last one. */
  async preview(bytes) {
    const packed = await this.kit.inflated(bytes);
    if (this.over) return;
    this.adopt({ ...this.kit.decode(packed), state: this.state });
    this.previewing = true;
    this.draw();
  }

  /** The drag is over: let the axes go, and where nothing has changed in the end, show again what was there before. */
  settle(unchanged) {
    this.previewing = false;
    if (unchanged) this.update(this.bytes);
    else this.panels.forEach((panel) => panel.settle());
  }

  /** Make a decoded message the current one; the position survives unless the server says otherwise (`epoch`). */
  adopt(header) {
    const { state, axes } = header;
    const start = [state.start].flat(); // a number, or one for each axis
    const jump = (state.epoch !== this.state?.epoch && !this.held) || axes.length !== this.axes.length;
    const values = jump ? start : this.values();
    Object.assign(this, { header, state, axes });
    if (jump) this.stop(), clearTimeout(this.keyTimer), (this.committed = String(start));
    this.index = axes.reduce((sum, axis, k) => sum + nearest(axis.values, values[k]) * this.stride(k), 0);
    this.theme = this.kit.readTheme(this.root, header.dark);
    this.root.classList.toggle("lc-present", Boolean(state.present));
    this.root.classList.toggle("lc-ask", Boolean(state.ask));
    this.fillWords();
    this.fillControls();
  }

  draw() {
    const specs = this.header.panels;
    while (this.panels.length > specs.length) this.panels.pop().destroy();
    while (this.panels.length < specs.length) this.panels.push(new this.kit.Panel(this));
    specs.forEach((spec, i) => {
      const column = this.columns[spec.column];
      if (this.panels[i].root.parentElement !== column) column.append(this.panels[i].root);
      // one column on a phone: first what stands on top of each of the columns
      this.panels[i].root.style.order = specs.slice(0, i).filter((other) => other.column === spec.column).length;
    });
    this.columns.forEach((column) => (column.hidden = !column.childElementCount));
    this.layout();
    this.parent.style.minHeight = "";
  }

  /** Give every panel its size and draw those that have changed. */
  layout() {
    if (this.over || !this.panels.length) return;
    const width = this.root.clientWidth;
    if (!width) return;
    const { present } = this.state;
    const scale = present ? 1.5 * Math.min(1.6, Math.max(0.8, innerWidth / 1920)) : 1;
    this.root.style.setProperty("--lc-scale", scale);
    this.root.classList.toggle("lc-stacked", width < STACK_BELOW);
    const wide = width >= STACK_BELOW;
    const room = wide ? this.room() : 0;
    this.header.panels.forEach((spec, i) => this.panels[i].fillLegend(spec));
    const legends = this.columns.map((column) =>
      [...column.querySelectorAll(".lc-legend")].reduce((sum, legend) => sum + legend.offsetHeight, 0),
    );
    this.header.panels.forEach((spec, i) => {
      const column = this.header.panels.filter((p) => p.column === spec.column);
      const total = column.reduce((sum, p) => sum + p.height, 0);
      const across = (wide ? this.columns[spec.column] : this.figures).clientWidth;
      const free = room - legends[spec.column] - 8 * (column.length - 1);
      // A presenter's picture fills the window. Others have what was asked for, or less if it then fits in the window
      // (in steps, so that a line of text more or less does not change every figure).
      const fitting = 24 * Math.floor((free - 32 * column.length) / 24);
      const tall = present ? free : Math.min(total, Math.max(fitting, 0.6 * total));
      const height = wide
        ? Math.max(120, Math.floor((tall * spec.height) / total))
        : Math.min(spec.height, Math.max(280, Math.round(1.1 * across))); // a tall figure would fill a phone
      this.panels[i].draw(spec, { width: across, height, scale });
    });
  }

  /** Height left for the figures when the picture fills the window. */
  room() {
    const scrolled = this.root.closest('[data-testid="stMain"]')?.scrollTop ?? scrollY;
    const top = this.root.getBoundingClientRect().top + scrolled;
    const rest = this.root.offsetHeight - this.figures.offsetHeight;
    return Math.max(320, innerHeight - top - rest - 12);
  }

  /* words */

  fillWords() {
    const { readouts, sentences, remarks } = this.header;
    const id = JSON.stringify([readouts, sentences, remarks, this.theme.id]);
    if (id === this.wordsId) return this.showWords(); // nothing to read out again
    this.wordsId = id;
    const { el, lineSwatch, steadyText } = this.kit;
    const row = el("div", "lc-readouts");
    this.texts = readouts.map((readout) => {
      const item = el("div", "lc-readout");
      const label = el("span", "lc-label");
      if (readout.color) label.append(lineSwatch(this.theme.swap(readout.color), readout.dash, 2.4));
      label.append(readout.label);
      if (readout.help) {
        label.tabIndex = 0;
        label.append(el("span", "lc-help", readout.help));
      }
      const value = steadyText(readout.texts, readout.along);
      value.classList.add("lc-value");
      item.append(label, value);
      row.append(item);
      return value;
    });
    const parts = readouts.length ? [row] : [];
    for (const { texts, along } of [{ texts: sentences }, ...remarks].filter((said) => said.texts.length)) {
      const sentence = el("p", "lc-sentence");
      this.texts.push(steadyText(texts, along));
      sentence.append(this.texts.at(-1));
      parts.push(sentence);
    }
    this.showWords();
    this.words.replaceChildren(...parts);
  }

  showWords() {
    this.texts.forEach((text) => text.show(this.entry(text.along)));
  }

  /* controls */

  fillControls() {
    const { axes, dials, kit } = this;
    while (dials.length > axes.length) dials.pop().root.remove();
    while (dials.length < axes.length) {
      dials.push(new kit.Dial(this, dials.length));
      this.controls.append(dials.at(-1).root);
    }
    this.controls.hidden = !axes.length;
    if (axes.length === 1) dials[0].root.prepend(this.playButton); // in a plane there is no way to go
    else this.playButton.remove();
    dials.forEach((dial, k) => dial.fill(axes[k]));
    this.showPosition();
  }

  showPosition() {
    this.dials.forEach((dial, k) => dial.show(this.at(k)));
  }

  /* Steps are counted through the first axis, and where there is a second one, row by row. */

  stride(k) {
    return k ? this.axes[0].values.length : 1;
  }

  at(k, index = this.index) {
    return Math.floor(index / this.stride(k)) % this.axes[k].values.length;
  }

  /** Which entry has what depends on one direction of a plane alone; see `Plane` of core/draw/live.py. */
  entry(along, index = this.index) {
    if (!along) return index;
    const last = (k) => this.axes[k].values.length - 1;
    return along.reduce((sum, weight, k) => sum + Math.abs(weight) * (weight < 0 ? last(k) - this.at(k, index) : this.at(k, index)), 0);
  }

  values() {
    return this.axes.map((axis, k) => axis.values[this.at(k)]);
  }

  textAt(index) {
    return this.axes.map((axis, k) => axis.texts[this.at(k, index)]).join(", ");
  }

  /** Index of the step that is reached by going along one axis alone. */
  along(k, position) {
    const last = this.axes[k].values.length - 1;
    return this.index + (Math.min(last, Math.max(0, position)) - this.at(k)) * this.stride(k);
  }

  /** Go to a step; drawing waits for the next frame, so a burst of events costs one drawing. */
  goTo(index) {
    if (index === this.index) return;
    this.index = index;
    this.later("showFrame", () => this.show());
  }

  show() {
    this.showPosition();
    this.showWords();
    if (this.Plotly) this.panels.forEach((panel) => panel.show(this.index));
  }

  /** Run `work` in the next animation frame, once however often it is asked for before. */
  later(name, work) {
    this[name] ??= requestAnimationFrame(() => {
      this[name] = null;
      if (!this.over) work();
    });
  }

  step(by, k = 0) {
    this.jump(this.along(k, this.at(k) + by));
  }

  jump(index) {
    this.stop();
    this.goTo(index);
    this.commitLater();
  }

  /** Show faintly what another step looks like, in all figures; null for none. */
  peek(index) {
    if (index === this.peeked) return;
    this.peeked = index;
    this.later("echoFrame", () => this.panels.forEach((panel) => panel.echo(this.peeked)));
  }

  /** Tell the server which place of the first figure has been pointed at. */
  answer(panel, spot) {
    if (panel !== this.panels[0]) return;
    this.clicks = (this.clicks ?? 0) + 1; // a second click on the same place is another message
    this.setStateValue("place", [...spot, this.clicks]);
  }

  hold() {
    this.stop();
    this.held = true;
    this.byKey = false;
  }

  release() {
    this.held = false;
    this.commit();
  }

  play() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const steps = this.axes[0].values.length;
    if (this.index === steps - 1) this.goTo(0);
    this.playButton.setIcon("pause", "Pause");
    this.timer = setInterval(
      () => (this.index < steps - 1 ? this.goTo(this.index + 1) : this.pause()),
      Math.min(600, Math.max(120, 6000 / steps)),
    );
  }

  pause() {
    this.stop();
    this.commit();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.playButton.setIcon("play", "Play");
  }

  /** In presenter mode the arrow keys, and the keys of a clicker, work wherever the focus is; up and down: a second axis. */
  pageKey(event) {
    const [by, k] = PAGE_KEYS[event.key] ?? [];
    if (!by || !this.state?.present || !this.axes[k] || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest?.('input, textarea, select, [contenteditable], [role="slider"], [role="tab"]')) return;
    event.preventDefault();
    this.step(by, k);
  }

  commitLater() {
    clearTimeout(this.keyTimer);
    this.keyTimer = setTimeout(() => this.commit(), KEY_PAUSE);
  }

  /** Tell the server where the picture stands now, once. */
  commit() {
    clearTimeout(this.keyTimer);
    const values = this.values();
    if (String(values) === this.committed || this.over) return;
    this.committed = String(values);
    this.setStateValue("value", values.length > 1 ? values : values[0]);
  }

  /** Let the server draw the page without this chart. */
  fail(error) {
    console.error("Lectern's live chart could not start:", error);
    if (!this.failed) this.setStateValue("failed", true);
    this.failed = true;
  }

  destroy() {
    this.over = true;
    this.sliders?.end();
    this.stop();
    clearTimeout(this.keyTimer);
    this.sizes.disconnect();
    window.removeEventListener("keydown", this.onKey);
    window.removeEventListener("resize", this.onResize);
    this.panels.forEach((panel) => panel.destroy());
    this.root.remove();
    charts.delete(this.parent);
  }
}

function nearest(values, value) {
  const away = values.map((v) => Math.abs(v - value));
  return Math.max(0, away.indexOf(Math.min(...away)));
}
