// Keys of the page that the live chart handles, wherever the focus is, and the sheet that lists them.

const STEPS = { // steps, and the axis
  ArrowLeft: [-1, 0], PageUp: [-1, 0], ArrowRight: [1, 0], PageDown: [1, 0], ArrowDown: [-1, 1], ArrowUp: [1, 1],
};
const TELLS = { ArrowLeft: "Back", PageUp: "Back", ArrowRight: "Next", PageDown: "Next" }; // while a story is told
const FIELDS = 'input:not([type="range"]), textarea, select, [contenteditable]';
const MOVERS = 'input, textarea, select, [contenteditable], [role="slider"], [role="tab"], [role="radio"]';
const DIALOG = '[data-testid="stDialog"]';
const SHEET = [
  ["1 – 9", "enlarge a plot"],
  ["0", "show all plots, and back"],
  ["← →", "move the slider"],
  ["↑ ↓", "move the second slider"],
  ["Page Up, Page Down", "a clicker's keys: the slider"],
  ["P, Shift P", "next and previous preset"],
  ["V", "next view"],
  ["L", "logarithmic axis"],
  ["N", "new draw"],
  ["M", "menu of controls"],
  ["Q", "QR code for the class"],
  ["F", "full screen"],
  ["Esc", "back, then exit"],
];

/** The keys of a chart that is the picture of its page. Streamlit's own shortcuts handle the rest (P, V, L, N). */
export class Keys {
  constructor(chart) {
    this.chart = chart;
    this.listen = (event) => this.take(event);
    window.addEventListener("keydown", this.listen, true); // before Streamlit's shortcuts: an Escape may be used up here
  }

  take(event) {
    const { chart } = this;
    if (!chart.leads || event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.(FIELDS)) return;
    const used = event.key === "Escape" ? this.back(event) : this.press(event);
    if (!used) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Undo what hides the whole picture; `false` if nothing does. */
  back(event) {
    const { chart } = this;
    const close = document.querySelector(`${DIALOG} button[aria-label="Close"]`);
    if (close) return close.click(), true; // Streamlit's own answer would leave presenter mode as well
    if (event.target.closest?.(".st-key-drawer")) return document.activeElement.blur(), true; // a list closes when it loses the focus
    if (this.sheet) return this.help(), true;
    if (chart.alone === null && !chart.every) return false;
    chart.arrange(null, false);
    return true;
  }

  press(event) {
    const { chart } = this;
    const { present } = chart.state;
    if (document.querySelector(DIALOG)) return false;
    if (/^[1-9]$/.test(event.key) && Number(event.key) <= chart.panels.length) return chart.enlarge(Number(event.key) - 1), true;
    if (event.key === "0") return chart.arrange(null, !chart.every), true;
    if (event.key === "?") return this.help(), true;
    if (!present) return false;
    const told = document.querySelector(".st-key-story") && TELLS[event.key];
    if (told) return document.querySelector(`[class*="-story-${told}"] button`)?.click(), true;
    const key = event.key.toLowerCase();
    if (key === "f") return document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen(), true;
    if (key === "m") return document.documentElement.classList.toggle("lc-drawer"), true;
    const [by, k] = STEPS[event.key] ?? [];
    if (!by || !chart.axes[k] || event.target.closest?.(MOVERS)) return false;
    chart.step(by, k);
    return true;
  }

  /** Show or hide the sheet of keys. */
  help() {
    if (this.sheet) return this.sheet.remove(), (this.sheet = null);
    const { el } = this.chart.kit;
    this.sheet = el("div", "lc-sheet");
    this.sheet.role = "dialog";
    this.sheet.ariaLabel = "Keys";
    const list = el("dl");
    for (const [keys, meaning] of SHEET) list.append(el("dt", "", keys), el("dd", "", meaning));
    this.sheet.append(list);
    this.sheet.addEventListener("click", () => this.help());
    this.chart.root.append(this.sheet);
  }

  destroy() {
    window.removeEventListener("keydown", this.listen, true);
  }
}
