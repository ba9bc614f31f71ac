// A step by a key is not an entry of the browser's history: it replaces the current one. Drags, presets, and whatever
// else changes the address, are entries, so that Back undoes them.

const STEPS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);

if (!history.lectern) {
  let stepping = false;
  addEventListener("keydown", (event) => (stepping = STEPS.has(event.key)), true);
  addEventListener("pointerdown", () => (stepping = false), true);
  const push = history.pushState;
  history.pushState = function (state, title, url) {
    const here = new URL(url ?? "", location.href).pathname === location.pathname;
    return (stepping && here ? this.replaceState : push).call(this, state, title, url);
  };
  // The second click of a double click would put out the pill that the first has lit, and so take nothing.
  const again = (event) => event.detail > 1 && event.target.closest?.('[data-testid="stButtonGroup"]');
  addEventListener("click", (event) => again(event) && (event.preventDefault(), event.stopImmediatePropagation()), true);
  history.lectern = true;
}
