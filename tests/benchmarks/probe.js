// Clocks inside the page: first input after arm() -> changes of what is watched -> their paint; websocket traffic.
(() => {
  const probe = (window.probe = {});
  probe.arm = (watched) => {
    Object.assign(probe, { watched, start: 0, changed: 0, first: 0, last: 0, sent: 0, received: 0, bytes: 0 });
  };
  probe.arm("body");
  const size = (data) => (typeof data === "string" ? data.length : (data.byteLength ?? data.size));
  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", (event) => {
        probe.received += 1;
        probe.bytes += size(event.data);
        probe.changed = performance.now();
      });
    }
    send(data) {
      probe.sent += 1;
      super.send(data);
    }
  };
  const begin = () => (probe.start ||= performance.now());
  for (const type of ["pointermove", "keydown"]) addEventListener(type, begin, true);
  const painted = () => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      probe.last = performance.now();
      probe.first ||= probe.last;
    };
    channel.port2.postMessage(0);
  };
  const watch = new MutationObserver((records) => {
    const inside = ({ target }) => (target.closest ? target : target.parentElement)?.closest(probe.watched);
    if (!probe.start || !records.some(inside)) return;
    probe.changed = performance.now();
    requestAnimationFrame(painted);
  });
  const shape = ["d", "points", "transform", "x", "y", "width", "height", "cx", "cy"];
  watch.observe(document, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: shape });
  const running = () => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState !== "notRunning";
  probe.settled = () => probe.received > 0 && !running() && performance.now() - probe.changed > 300;
})();
