// The live chart of Lectern: plotly.js figures that scrub through precomputed frames in the browser.
// Streamlit calls the default export with each message and on each change of theme.

const STACK_BELOW = 700; // px: narrower than this, the panels are side by side and are swiped
const KEY_PAUSE = 250; // ms after the last key before the server is told
const READOUTS = 4; // shown before the others are requested

const charts = new WeakMap(); // element -> Chart: one chart lives through all messages of its component

/**
 * Mount or update a chart. `kit` holds the exports of the other live_*.js, and `plotly`, the address of plotly.js (not needed
 * where window.Plotly exists). It is passed, not imported: an import could find an older copy in the cache.
 * Returns the cleanup that Streamlit calls when the component leaves the page.
 */
export default function liveChart({ data, parentElement, setStateValue }, kit) {
  const chart = charts.get(parentElement) ?? new Chart(parentElement, kit);
  charts.set(parentElement, chart);
  chart.setStateValue = setStateValue;
  chart.update(data);
  // Streamlit also calls the cleanup of a call that a newer one has overtaken: only a detached chart is finished.
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
 * plotly.js searches all attributes of all traces for arrays each time that it draws or moves one of them: a quarter
 * of the time. Traces of one type with arrays in the same places give the same answer, so it is remembered.
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

const BLINK = 180; // ms that a run may take before what it will replace is dimmed
let app; // the element that shows whether a run is in progress

/** Dim what is out of date while the server works on it; the style sheet of the page says how. */
function dimWhileWorking() {
  const found = document.querySelector('[data-testid="stApp"]');
  if (!found || found === app) return;
  app = found;
  let timer;
  const { classList } = document.documentElement;
  const look = () => {
    clearTimeout(timer);
    if (app.dataset.testScriptState !== "running") classList.remove("lc-busy");
    else timer = setTimeout(() => classList.add("lc-busy"), BLINK);
  };
  new MutationObserver(look).observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
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
    this.columns = [];
    this.axes = [];
    this.dials = [];
    this.resting = null; // where the picture was before the previews of a drag
    this.alone = null; // number of the panel that fills the stage
    this.every = false; // all panels, not only those shown at first
    this.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.allButton = el("button", "lc-more");
    this.allButton.type = "button";
    this.allButton.addEventListener("click", () => this.arrange(null, !(this.every || this.alone !== null)));
    this.playButton = kit.iconButton("play", "Play", () => (this.timer ? this.pause() : this.play()));
    this.controls = el("div", "lc-controls");
    this.root.append(this.controls, this.words, this.figures); // the slider comes first for anyone who tabs from field to field
    parent.append(this.root);
    this.keys = new kit.Keys(this);
    this.onResize = () => this.later("layoutFrame", () => this.layout());
    window.addEventListener("resize", this.onResize);
    this.sizes = new ResizeObserver(this.onResize);
    this.sizes.observe(this.root);
    const page = parent.closest('[data-testid="stMainBlockContainer"]');
    if (page) this.sizes.observe(page); // whatever arrives above the chart moves it down
  }

  /** Take a new message: redraw only what differs from the last one. */
  async update(bytes) {
    this.bytes = bytes;
    const overtaken = () => this.bytes !== bytes || this.over;
    if (this.sliders?.dragged) return; // what is under the finger is newer; see `settle`
    try {
      let packed = this.kit.inflated(bytes);
      if (packed instanceof Promise) packed = await packed; // only if it is one: waiting costs a frame
      if (overtaken()) return;
      this.previewing = false;
      this.adopt(this.kit.decode(packed, this.kit.rules));
      if (this.state.source) this.sliders ??= new this.kit.Sliders(this);
      this.sliders?.follow(this.state.source);
      if (!this.Plotly) {
        this.Plotly = await loadPlotly(this.kit.plotly); // from then on it draws at once
        rememberArrays(this.Plotly);
      }
      if (overtaken()) return;
      this.draw();
      if (this.state.replay && this.state.replay !== this.replayed) this.panels.forEach((panel) => panel.spec?.paced && panel.replay());
      this.replayed = this.state.replay;
    } catch (error) {
      this.fail(error);
    }
  }

  /** Draw the picture for a control that is being dragged, from what changes in a known one; the message before stays the last. */
  async preview(bytes, known) {
    const packed = await this.kit.inflated(bytes);
    if (this.over) return;
    this.previewing = true;
    this.resting = this.stand();
    this.adopt({ ...this.kit.decode(packed, this.kit.rules, known), state: this.state });
    this.draw();
  }

  /** The drag is over: release the axes, and if nothing has changed in the end, show the previous picture again. */
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
    const values = jump ? start : this.stand();
    if (!this.previewing) this.resting = null;
    if ((state.large ?? null) !== (this.state?.large ?? null)) Object.assign(this, { alone: state.large ?? null, every: false });
    Object.assign(this, { header, state, axes });
    if (jump) this.stop(), clearTimeout(this.keyTimer), (this.committed = String(start));
    this.jumped = jump && Boolean(this.panels.length);
    this.index = axes.reduce((sum, axis, k) => sum + nearest(axis.values, values[k]) * this.stride(k), 0);
    this.theme = this.kit.readTheme(this.root, header.dark);
    document.documentElement.style.setProperty("--lc-background", this.theme.background); // the drawer is outside the chart
    if (state.fill) dimWhileWorking();
    this.root.classList.toggle("lc-present", Boolean(state.present));
    this.root.classList.toggle("lc-ask", Boolean(state.ask));
    this.root.classList.toggle("lc-bare", Boolean(state.bare));
    if (state.bare) this.alone ??= state.panel ?? null;
    this.fillWords();
    this.fillControls();
  }

  draw() {
    const specs = this.header.panels;
    while (this.panels.length > specs.length) this.panels.pop().destroy();
    while (this.panels.length < specs.length) this.panels.push(new this.kit.Panel(this));
    this.layout();
    this.parent.style.minHeight = "";
  }

  /** Give each visible panel its position and size, and draw those that have changed. */
  layout() {
    if (this.over || !this.panels.length || !this.root.clientWidth) return;
    const { present, bare } = this.state;
    const scale = present ? 1.5 * Math.min(1.6, Math.max(0.8, innerWidth / 1920)) : 1;
    this.root.style.setProperty("--lc-scale", scale);
    const stacked = this.root.clientWidth < (bare ? 480 : STACK_BELOW);
    this.root.classList.toggle("lc-stacked", stacked);
    const specs = this.header.panels;
    const { alone, every } = this;
    const placed = this.kit.arranged(specs, { alone, every, stacked, room: this.room() });
    const shown = placed.flat();
    this.panels.forEach((panel, i) => (panel.root.hidden = !shown.includes(i)));
    while (this.columns.length < placed.length) this.figures.append((this.columns[this.columns.length] = this.kit.el("div", "lc-column")));
    this.columns.forEach((column, c) => {
      column.hidden = !placed[c];
      placed[c]?.forEach((i, row) => {
        const { root } = this.panels[i];
        if (column.children[row] !== root) column.insertBefore(root, column.children[row] ?? null);
        root.classList.toggle("lc-under", row > 0);
      });
    });
    this.allButton.hidden = shown.length === specs.length && !every && alone === null;
    this.allButton.textContent = every || alone !== null ? "Back" : `All ${specs.length} plots`;
    placed.forEach((column, c) => (this.columns[c].style.flexGrow = Math.max(...column.map((i) => specs[i].width))));
    const widths = placed.map((_, c) => this.columns[c].clientWidth);
    const own = Math.max(...placed.map((column) => column.reduce((sum, i) => sum + specs[i].height, 0)));
    const least = Math.max(...placed.map((column) => column.length)) * (every ? 200 : 120);
    const tall = this.state.fill ? Math.max(this.room(), least) : Math.min(own, Math.max(0.6 * own, 0.8 * innerHeight));
    this.kit.sized(specs, placed, { widths, tall, scale }).forEach((size, i) => this.panels[i].draw(specs[i], size));
  }

  /** Height left for the figures when the picture fills the window. */
  room() {
    const page = this.root.closest('[data-testid="stMain"]');
    const top = this.figures.getBoundingClientRect().top + (page?.scrollTop ?? scrollY);
    const { clientHeight } = page ?? document.documentElement;
    return Math.max(this.state.bare ? 120 : 240, clientHeight - top - this.controls.offsetHeight - 4);
  }

  /** Let one panel fill the stage, or show all of them. */
  arrange(alone, every) {
    Object.assign(this, { alone, every });
    this.layout();
  }

  enlarge(i) {
    if (i < this.panels.length) this.arrange(i === this.alone ? null : i, false);
  }

  /* words */

  fillWords() {
    const { readouts, summaries, sentences, remarks, roles } = this.header;
    const said = [{ texts: summaries }, { texts: sentences }, ...remarks].filter(({ texts }) => texts.length);
    const form = ({ label, color, dash, along, help, formula, check }) => [label, color, dash, along, !help, !formula?.length, !check, check?.how];
    const id = JSON.stringify([readouts.map(form), said.map(({ along }) => along), summaries.length, this.theme.id]);
    if (id === this.wordsId) [...readouts, ...said].forEach((words, i) => this.texts[i].fill(words, this.previewing));
    else this.layWords(readouts, said, Boolean(summaries.length), roles);
    this.wordsId = id;
    this.showWords();
  }

  layWords(readouts, said, summary, roles) {
    const { el, steadyText, ReadoutItem } = this.kit;
    const row = el("div", "lc-readouts");
    this.texts = readouts.map((readout) => new ReadoutItem(readout, this.theme, this.state.terms?.[readout.label]));
    this.texts.forEach(({ root }, i) => root.classList.toggle("lc-rest", i >= READOUTS));
    row.append(...this.texts.map((item) => item.root));
    const paint = (role) => this.theme.swap(roles[role] ?? "currentColor");
    const lines = said.map(({ texts, along }, i) => {
      const line = el("p", summary && i ? "lc-sentence lc-rest" : "lc-sentence");
      this.texts.push(steadyText(texts, along, paint));
      line.append(this.texts.at(-1));
      return line;
    });
    if (readouts.length > READOUTS || (summary && said.length > 1)) row.append(this.moreButton());
    const first = el("div", "lc-first");
    first.append(...lines.slice(0, 1), this.allButton);
    this.words.replaceChildren(first, row, ...lines.slice(1));
  }

  /** Numbers and words that are hidden at first. */
  moreButton() {
    const more = this.kit.el("button", "lc-more", "More");
    more.type = "button";
    more.title = "More numbers and words";
    more.ariaExpanded = String(this.root.classList.contains("lc-every"));
    more.addEventListener("click", () => {
      more.ariaExpanded = String(this.root.classList.toggle("lc-every"));
      this.layout();
    });
    return more;
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
    this.controls.hidden = !axes.length && !this.state.bare;
    this.outLink?.remove();
    if (this.state.bare) this.controls.append((this.outLink = this.kit.outLink()));
    if (axes.length === 1) dials[0].root.prepend(this.playButton); // a plane has no single direction to play along
    else this.playButton.remove();
    dials.forEach((dial, k) => dial.fill(axes[k]));
    this.showPosition();
  }

  showPosition() {
    const headline = this.header.readouts.find((readout) => readout.headline);
    const { texts = [], along, label } = headline ?? {};
    const text = texts[Math.min(this.entry(along), texts.length - 1)];
    this.dials.forEach((dial, k) => dial.show(this.at(k), headline && `${label} ${text}`));
  }

  /* Steps are counted along the first axis and, if there is a second one, row by row. */

  stride(k) {
    return k ? this.axes[0].values.length : 1;
  }

  at(k, index = this.index) {
    return Math.floor(index / this.stride(k)) % this.axes[k].values.length;
  }

  /** Index of the entry for something that depends on one direction of a plane alone; see `Plane` of core/draw/live.py. */
  entry(along, index = this.index) {
    if (!along) return index;
    const last = (k) => this.axes[k].values.length - 1;
    return along.reduce((sum, weight, k) => sum + Math.abs(weight) * (weight < 0 ? last(k) - this.at(k, index) : this.at(k, index)), 0);
  }

  values() {
    return this.axes.map((axis, k) => axis.values[this.at(k)]);
  }

  /** Where the reader has put the picture; a preview may lack that step, as a smaller image lacks the last layers. */
  stand() {
    return this.resting ?? this.values();
  }

  textAt(index) {
    return this.axes.map((axis, k) => axis.texts[this.at(k, index)]).join(", ");
  }

  /** Index of the step reached by moving along one axis alone. */
  along(k, position) {
    const last = this.axes[k].values.length - 1;
    return this.index + (Math.min(last, Math.max(0, position)) - this.at(k)) * this.stride(k);
  }

  /** Go to a step; drawing waits for the next frame, so a burst of events costs one drawing. */
  goTo(index) {
    if (index === this.index) return;
    this.index = index;
    this.resting = null;
    this.later("showFrame", () => this.show());
  }

  show() {
    this.showPosition();
    this.showWords();
    if (this.Plotly) this.panels.forEach((panel) => panel.show(this.index));
  }

  /** Run `work` in the next animation frame, once no matter how often it is requested before then. */
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
    this.later("echoFrame", () => this.panels.forEach((panel) => panel.handles.echo(this.peeked)));
  }

  /** Tell the server which point of the first figure was clicked. */
  answer(spot) {
    this.clicks = (this.clicks ?? 0) + 1; // a second click on the same point is another message
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
    if (this.still) return;
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

  /** True if this is the picture of the page, not one of a section. */
  get leads() {
    return Boolean(this.state?.fill);
  }

  commitLater() {
    clearTimeout(this.keyTimer);
    this.keyTimer = setTimeout(() => this.commit(), KEY_PAUSE);
  }

  /** Tell the server where the picture is now, once. */
  commit() {
    clearTimeout(this.keyTimer);
    const values = this.values();
    if (String(values) === this.committed || this.over) return;
    this.committed = String(values);
    this.setStateValue("value", [this.state.epoch, ...values]); // so that a position from an older state is recognized as one
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
    this.keys.destroy();
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
