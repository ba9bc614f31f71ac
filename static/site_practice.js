// Judges typed numbers and choices on the exercises of the static site; the correct answer is encoded in the page.

/** A number as people type it: a point or a comma for decimals, thousands marks, powers of ten, fractions; or NaN. */
function numberOf(text) {
  const plain = text.trim().replace(/[−–]/g, "-").replace(/[·×x]/g, "*").replace(/\s+/g, "");
  const fraction = /^([^/]+)\/([^/]+)$/.exec(plain);
  if (fraction) return numberOf(fraction[1]) / numberOf(fraction[2]);
  const power = /^(.+)\*10\^?\(?([+-]?\d{1,3})\)?$/.exec(plain);
  if (power) return numberOf(power[1]) * 10 ** Number(power[2]);
  for (const [mark, thousands] of [[".", ","], [",", "."]]) {
    const grouped = new RegExp(`^[+-]?[1-9]\\d{0,2}(\\${thousands}\\d{3})+(\\${mark}\\d+)?$`);
    const bare = grouped.test(plain) ? plain.replaceAll(thousands, "") : plain;
    const value = bare.replace(mark, ".");
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(value)) return Number(value);
  }
  return NaN;
}

const near = (value, [truth, margin]) => Math.abs(value - Number(truth)) <= Number(margin) + 1e-9 * Math.abs(Number(truth));

function judge(told, text) {
  if (!text.trim()) return null;
  if (told.form === "choice") {
    if (text === told.truth[0]) return [true, "Correct."];
    const slip = told.slips.find(([value]) => value === text);
    return [false, `Not quite: ${slip ? slip[1] : "try again."}`];
  }
  let value = numberOf(text.replace(/%\s*$/, ""));
  if (Number.isNaN(value)) return [false, "Type a number, such as 1728, 0.378, or 3.36e9."];
  if (told.share && !/%\s*$/.test(text) && Math.abs(value) <= 1) value *= 100;
  if (near(value, told.truth)) return [true, `Correct. ${told.steps.at(-1) ?? ""}`];
  const slip = told.slips.find((one) => near(value, one));
  return [false, slip ? `Not quite: ${slip[2]}` : "Not quite. Check your steps."];
}

for (const label of document.querySelectorAll("label[data-key]")) {
  const bytes = Uint8Array.from(atob(label.dataset.key), (c) => c.charCodeAt(0)).reverse();
  const told = JSON.parse(new TextDecoder().decode(bytes));
  const entry = label.querySelector("input, select");
  entry.addEventListener("change", () => {
    const [right, words] = judge(told, entry.value) ?? [false, ""];
    Object.assign(label.querySelector("output"), { className: right ? "right" : "wrong", textContent: words });
  });
}
for (const form of document.querySelectorAll("form")) form.addEventListener("submit", (event) => event.preventDefault());
for (const button of document.querySelectorAll("button.another")) {
  const forms = [...button.parentElement.querySelectorAll("form")];
  button.addEventListener("click", () => {
    const at = forms.findIndex((form) => !form.hidden);
    forms.forEach((form, k) => (form.hidden = k !== (at + 1) % forms.length));
  });
}
document.documentElement.dataset.ready = "1";
