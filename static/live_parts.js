// Small parts of the live chart: texts, buttons, signs of curves, and the row that moves along an axis.

const ICONS = {
  play: "M8 5v14l11-7z",
  pause: "M7 5h4v14H7zM13 5h4v14h-4z",
  back: "M15.4 6 9.4 12l6 6L14 19.4 6.6 12 14 4.6z",
  next: "M8.6 6l6 6-6 6L10 19.4 17.4 12 10 4.6z",
  table: "M3 4h18v16H3zm2 5v3h6V9zm8 0v3h6V9zm-8 5v4h6v-4zm8 0v4h6v-4z",
  png: "M4 5h4l1.5-2h5L16 5h4v14H4zm8 3a4.5 4.5 0 1 0 .01 0zm0 2a2.5 2.5 0 1 1-.01 0z",
  svg: "M11 3h2v9l3.5-3.5L18 10l-6 6-6-6 1.5-1.5L11 12zM4 19h16v2H4z",
  grow: "M4 4h7v2H7.4l4.3 4.3-1.4 1.4L6 7.4V11H4zm16 16h-7v-2h3.6l-4.3-4.3 1.4-1.4 4.3 4.3V13h2z",
};

export function el(tag, className = "", text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

const COLORED = /\[(\w+)\|([^\]]+)\]/; // "[bias|bias²] is larger": words in the color of a curve

/** The words without their colors. */
const plain = (text) => text.replace(new RegExp(COLORED, "g"), "$2");

/** Words in the colors of their curves; `paint` gives the color of a role. */
export function coloredWords(text, paint) {
  const parts = text.split(new RegExp(COLORED, "g")); // words, role, words of the role, words, ...
  return parts.flatMap((part, k) => {
    if (k % 3 === 1) return [];
    if (k % 3 === 0) return part;
    const word = el("b", "lc-word", part);
    word.style.color = ink(paint(parts[k - 1]));
    return word;
  });
}

/** The color of a curve, for letters: nearer to that of the text, since thin strokes need more contrast than lines. */
export const ink = (color) => `color-mix(in srgb, ${color} 75%, var(--lc-text))`;

/** A text that never changes its size: the longest of its texts is invisibly behind it. */
export function steadyText(texts, along, paint) {
  const node = el("span", "lc-steady");
  const ghost = el("span", "lc-ghost");
  ghost.ariaHidden = "true";
  const live = el("span");
  node.append(ghost, live);
  node.along = along;
  node.fill = (words, growing) => {
    texts = words.texts;
    const longest = texts.map(plain).reduce((a, b) => (b.length > a.length ? b : a), "");
    if (!growing || longest.length > ghost.textContent.length) ghost.textContent = longest;
  };
  node.fill({ texts });
  node.show = (index) => {
    const text = texts[Math.min(index, texts.length - 1)];
    if (node.now === text) return;
    node.now = text;
    if (paint && COLORED.test(text)) live.replaceChildren(...coloredWords(text, paint));
    else live.textContent = text;
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

/** A small button of a panel. */
export function toolButton(name, label, onClick) {
  const button = iconButton(name, label, onClick);
  button.className = "lc-tool";
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

/** Contents of the sheet of a readout: its meaning, its formula, and a second computation of it. */
const meanings = (help, formula, check) =>
  [{ texts: [help] }, { texts: formula }, { texts: check?.texts, before: check?.how && `${check.how}: ` }].filter(({ texts }) => texts?.length);

/** Links to the places of terms in the glossary. */
function glossaryLine(terms) {
  const line = el("p", "lc-terms", "Glossary: ");
  terms.forEach(([name, anchor], i) => {
    const link = el("a", "", name);
    Object.assign(link, { href: `glossary#${anchor}`, target: "_blank", rel: "noopener" });
    line.append(i ? ", " : "", link);
  });
  return line;
}

/** A number with its name; a click on the name shows its meaning, its formula, and a second computation of it. */
export class ReadoutItem {
  constructor({ label, texts, along, color, dash, help, formula, check }, theme, terms) {
    this.along = along;
    this.root = el("div", "lc-readout");
    this.value = steadyText(texts, along);
    this.value.classList.add("lc-value");
    const name = el(help ? "button" : "span", "lc-label");
    if (color) name.append(lineSwatch(theme.swap(color), dash, 2.4));
    name.append(label);
    this.root.append(name, this.value);
    this.shown = [this.value];
    if (check) this.addCheck(check);
    if (help) this.addMeaning(name, meanings(help, formula, check), terms);
  }

  /** Take other texts of the same number; during a drag, the room that they take only grows. */
  fill({ texts, help, formula, check }, growing) {
    const all = [{ texts }, ...(help ? meanings(help, formula, check) : [])];
    this.shown.forEach((text, i) => text.fill(all[i], growing));
    if (check) this.agrees = check.agrees;
  }

  addCheck({ agrees }) {
    this.sign = el("span", "lc-check");
    this.agrees = agrees;
    this.root.append(this.sign);
  }

  addMeaning(name, parts, terms) {
    const sheet = el("div", "lc-meaning");
    sheet.popover = "auto"; // closed by Escape and by a click outside it
    name.type = "button";
    name.ariaHasPopup = "dialog";
    name.addEventListener("click", () => sheet.togglePopover());
    sheet.addEventListener("beforetoggle", ({ newState }) => {
      const { left, bottom } = name.getBoundingClientRect();
      if (newState === "open") Object.assign(sheet.style, { left: `${Math.min(left, innerWidth - 336)}px`, top: `${bottom + 4}px` });
    });
    for (const { texts, before = "" } of parts) {
      const line = el("p", "", before);
      const text = steadyText(texts, this.along);
      line.append(text);
      sheet.append(line);
      this.shown.push(text);
    }
    if (terms) sheet.append(glossaryLine(terms));
    this.root.append(sheet);
  }

  show(index) {
    for (const text of this.shown) text.show(index);
    if (!this.sign) return;
    const right = this.agrees[Math.min(index, this.agrees.length - 1)];
    this.sign.textContent = right ? "✓" : "≠";
    this.sign.title = right ? "Computed in a second way, with the same result" : "A second computation disagrees";
    this.sign.classList.toggle("lc-wrong", !right);
  }
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

  show(position, headline) {
    const { range, axis } = this;
    if (range.valueAsNumber !== position) range.value = position;
    range.ariaValueText = [axis.texts[position], headline].filter(Boolean).join(", ");
    range.style.setProperty("--lc-fill", axis.values.length > 1 ? position / (axis.values.length - 1) : 0);
    this.now.show(position);
  }
}

export const groupOf = (trace) => trace.legendgroup ?? trace.name;

/** The look of a trace as a small sign: its line, its area, or its marker. */
export function swatchOf(trace, theme) {
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

/** Link from an embedded picture to its whole page, in the state that it is in when clicked. */
export function outLink() {
  const link = el("a", "lc-out", "Open ↗");
  Object.assign(link, { target: "_blank", rel: "noopener" });
  const aim = () => {
    const url = new URL(location.href);
    for (const name of ["embed", "embed_options", "bare", "panel", "present"]) url.searchParams.delete(name);
    link.href = url.href;
  };
  aim();
  for (const event of ["pointerenter", "focus"]) link.addEventListener(event, aim);
  return link;
}

const TAGS = new Set(["B", "I", "SUB", "SUP", "SPAN"]);

/** The few tags that plotly.js knows in a text, as elements; any other tag is left out. */
export function markup(text) {
  const copied = (node, into) => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) into.append(child.data);
      else if (!TAGS.has(child.tagName)) copied(child, into);
      else {
        const part = el(child.tagName.toLowerCase());
        part.style.color = child.style.color;
        copied(child, part);
        into.append(part);
      }
    }
    return into;
  };
  return copied(new DOMParser().parseFromString(text, "text/html").body, el("span"));
}
