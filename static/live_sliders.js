// The other sliders of the page, live: while one is dragged, the server draws the picture of each position by a websocket,
// and no script runs. The widget stays Streamlit's own, with its keyboard, its help, and its rerun at the release.

const FAILURES = 3; // attempts to connect before the page goes on without

/** Follows the sliders of a page: requests the picture of each position, one at a time, and always the latest. */
export class Sliders {
  constructor(chart) {
    this.chart = chart;
    this.failures = 0;
    this.watch = new MutationObserver((records) => records.forEach(({ target }) => this.moved(target)));
    this.watch.observe(document.body, { subtree: true, attributes: true, attributeFilter: ["value"] });
    this.listeners = {
      pointerover: (event) => this.nameOf(event.target) && this.connect(),
      pointerdown: (event) => this.press(event.target),
      pointerup: () => this.release(),
      pointercancel: () => this.release(),
    };
    for (const [type, listen] of Object.entries(this.listeners)) addEventListener(type, listen, true);
  }

  /** Take over the current state of the page: its name, and its settings as the text of a link; null if it cannot be live. */
  follow(source) {
    this.source = source;
    this.wanted = null;
  }

  /** Name of the control that a node belongs to; undefined if it is not one of this page. */
  nameOf(node) {
    const prefix = this.source && `st-key-${this.source.page}-`;
    const holder = prefix && node?.closest?.(`[class*="${prefix}"]`);
    const found = holder && [...holder.classList].find((name) => name.startsWith(prefix));
    return found && holder.querySelector('input[type="range"]') ? found.slice(prefix.length) : undefined;
  }

  connect() {
    if (this.socket || this.failures >= FAILURES) return;
    this.socket = new WebSocket(new URL("live", this.chart.kit.base).href.replace(/^http/, "ws"));
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => ((this.failures = 0), this.ask());
    this.socket.onmessage = ({ data }) => this.took(new Uint8Array(data));
    this.failures += 1;
    this.socket.onclose = () => (this.socket = this.sent = null); // the next touch tries again
  }

  press(node) {
    const name = this.nameOf(node);
    if (!name) return;
    this.connect();
    this.dragged = name;
    this.first = this.last = placeOf(node.closest('[class*="st-key-"]').querySelector('input[type="range"]'));
  }

  /** Called when a value on the page has changed: by the drag, or by a run of the script. */
  moved(node) {
    if (!this.dragged || node.type !== "range" || this.nameOf(node) !== this.dragged) return;
    this.last = placeOf(node);
    this.wanted = { control: this.dragged, place: this.last };
    this.ask();
  }

  ask() {
    if (this.sent || !this.wanted || this.socket?.readyState !== WebSocket.OPEN) return;
    this.known = this.chart.header; // of which the answer will hold only what differs
    const looks = [this.known.axesLook, ...this.known.panels.map(({ look }) => look)];
    this.sent = { ...this.source, ...this.wanted, stand: this.chart.stand(), known: looks };
    this.wanted = null;
    this.socket.send(JSON.stringify(this.sent));
  }

  /** Draw an answer, and request the next picture once this one is painted: a slow browser never gets more than it can paint. */
  async took(bytes) {
    const due = this.sent?.link === this.source?.link; // otherwise a run of the script has drawn a newer picture
    if (bytes.length && due) await this.chart.preview(bytes, this.known);
    requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => {
        this.sent = null;
        this.ask();
        this.rest();
      };
      painted.port2.postMessage(0);
    });
  }

  release() {
    if (!this.dragged) return;
    this.dragged = null;
    this.rest();
  }

  /** Let the picture settle once the drag is over and its last position is drawn. */
  rest() {
    if (!this.dragged && !this.sent) this.chart.settle(this.first === this.last);
  }

  end() {
    this.watch.disconnect();
    this.socket?.close();
    for (const [type, listen] of Object.entries(this.listeners)) removeEventListener(type, listen, true);
  }
}

/** Position of a slider among its values. */
function placeOf(input) {
  return Math.round((input.getAttribute("value") - input.min) / (input.step || 1));
}
