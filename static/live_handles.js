// Handles of the live chart: vertical lines and dots on a figure that can be dragged, and the effect of a pointer over it.

/**
 * How far, in percent of its width, a label sits left of its line, so that it stays inside: 50 except near the edges. Of two
 * lines, the left one (`side` 0) has its label on its left and the other one on its right.
 */
function lean(share, side = 0.5) {
  const [least, most] = [(share - 0.85) / 0.15, share / 0.15].map((part) => 100 * Math.min(1, Math.max(0, part)));
  return (1 - side) * most + side * least;
}

/** The axis of a plane that a handle follows alone; -1 if none. */
const axisOf = ({ along }) => (along ? along.findIndex(Boolean) : -1);

/** The handles of one panel; `panel.spec.tracks` says where each one is at each step. */
export class Handles {
  constructor(panel) {
    this.panel = panel;
    this.chart = panel.chart;
    this.stage = panel.stage;
    this.nodes = [];
    this.echoes = [];
    this.badge = this.chart.kit.el("div", "lc-absent");
    this.badge.hidden = true;
    this.stage.append(this.badge);
    this.stage.addEventListener("pointermove", (event) => this.hover(event));
    this.stage.addEventListener("pointerleave", () => this.chart.peek(null));
    this.stage.addEventListener("pointerdown", (event) => this.press(event), true);
  }

  get tracks() {
    return this.chart.axes.length ? this.panel.spec.tracks : [];
  }

  get frame() {
    return this.panel.plot._fullLayout ?? {};
  }

  draw() {
    const { tracks } = this;
    const kinds = tracks.map((track) => (track.y ? "dot" : "line")).join();
    if (kinds !== this.kinds) {
      this.kinds = kinds;
      for (const node of [...this.nodes, ...this.echoes]) node.remove();
      this.nodes = tracks.map((track, k) => this.handle(track, "lc-handle", k));
      this.echoes = tracks.map((track) => this.handle(track, "lc-echo"));
    }
    tracks.forEach((track, k) => {
      for (const node of [this.nodes[k], this.echoes[k]])
        node.style.setProperty("--lc-color", this.chart.theme.swap(track.color));
    });
    this.place();
    this.echo(null);
  }

  handle(track, role, k) {
    const { el } = this.chart.kit;
    const node = el("div", `lc-mover ${role} ${track.y ? "lc-dot" : "lc-line"}`);
    node.ariaHidden = "true"; // the slider says the same to anyone who cannot see it
    if (!track.y) node.append(el("span", "lc-flag"));
    if (k !== undefined) node.addEventListener("pointerdown", (event) => this.grab(event, k));
    this.stage.append(node);
    return node;
  }

  place() {
    const { absent } = this.panel.spec;
    this.nodes.forEach((node, k) => this.put(node, this.tracks[k], this.chart.index));
    this.badge.hidden = !this.nodes.length || !this.nodes[0].hidden || !absent.length;
    if (!this.badge.hidden) this.badge.textContent = absent[Math.min(this.chart.index, absent.length - 1)];
  }

  /** Where the pointer is over one figure, the same step shows faintly in all of them. */
  echo(index) {
    this.echoes.forEach((node, k) => {
      node.hidden = index === null;
      if (index !== null) this.put(node, this.tracks[k], index);
    });
  }

  put(node, track, index) {
    const { xaxis, yaxis } = this.frame;
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

  /** Whether the line of an axis is left (0) or right (1) of the other one; if both coincide, the first one is left. */
  sideOf(axis, x, index) {
    const other = this.tracks.find((track) => !track.y && axisOf(track) === 1 - axis);
    const apart = other ? x - other.x[this.chart.entry(other.along, index)] : 0;
    return apart ? Number(apart > 0) : axis;
  }

  grab(event, k) {
    if (event.button) return;
    const { chart } = this;
    const node = this.nodes[k];
    event.preventDefault();
    event.stopPropagation();
    chart.hold();
    chart.peek(null);
    node.setPointerCapture(event.pointerId);
    const move = (e) => chart.goTo(this.stepAt(e, [this.tracks[k]]));
    const drop = () => {
      node.removeEventListener("pointermove", move);
      chart.release();
    };
    node.addEventListener("pointermove", move);
    node.addEventListener("lostpointercapture", drop, { once: true });
  }

  /** Pixels of a pointer from the upper left corner of the frame. */
  pixelOf(event) {
    const { xaxis, yaxis } = this.frame;
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left - xaxis._offset, event.clientY - box.top - yaxis._offset];
  }

  /** Index of the axis value whose handle would be nearest to a pointer. */
  stepAt(event, tracks) {
    const { xaxis, yaxis } = this.frame;
    const [px, py] = this.pixelOf(event);
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

  /** Handles that a click moves: all, or only the nearest of those that move independently. */
  near(event) {
    const { tracks } = this;
    if (tracks.every((track) => axisOf(track) < 0)) return tracks;
    const away = this.nodes.map((node) => {
      const box = node.getBoundingClientRect();
      return node.hidden ? Infinity : Math.abs(box.x + box.width / 2 - event.clientX);
    });
    return [tracks[away.indexOf(Math.min(...away))]];
  }

  /** Position of a pointer in the units of the axes; null outside the plot. */
  spotAt(event) {
    const { xaxis, yaxis } = this.frame;
    if (!xaxis) return null;
    const [px, py] = this.pixelOf(event);
    const inside = px >= -8 && py >= -8 && px <= xaxis._length + 8 && py <= yaxis._length + 8;
    return inside ? [xaxis.p2d(px), yaxis.p2d(py)] : null;
  }

  hover(event) {
    if (event.pointerType === "touch" || event.buttons || !this.nodes.length || this.chart.axes.length > 1) return;
    this.chart.peek(this.spotAt(event) ? this.stepAt(event, this.tracks) : null);
  }

  /** A click without a drag: plotly.js keeps the click events of its figures to itself. */
  press(event) {
    if (event.button || event.target.closest("button, .lc-handle")) return;
    const { clientX, clientY } = event;
    const up = (e) => {
      const spot = Math.hypot(e.clientX - clientX, e.clientY - clientY) < 4 && this.spotAt(e);
      if (!spot) return;
      if (this.chart.state.ask && this.panel === this.chart.panels[0]) this.chart.answer(spot);
      else if (this.nodes.length) this.chart.jump(this.stepAt(e, this.near(e)));
    };
    window.addEventListener("pointerup", up, { once: true });
    // Where no zoom box is wanted, a drag that begins anywhere moves the handle; a finger scrolls the page there.
    const free = this.panel.spec.layout.dragmode === false && event.pointerType !== "touch";
    if (free && this.nodes.length) this.sweep(event);
  }

  sweep(event) {
    const { chart } = this;
    const box = this.nodes[0].getBoundingClientRect();
    const [dx, dy] = [box.x + box.width / 2 - event.clientX, box.y + box.height / 2 - event.clientY];
    chart.hold();
    const move = (e) => chart.goTo(this.stepAt({ clientX: e.clientX + dx, clientY: e.clientY + dy }, [this.tracks[0]]));
    const drop = () => {
      window.removeEventListener("pointermove", move);
      chart.release();
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", drop, { once: true });
  }
}
