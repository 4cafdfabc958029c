// Tells whether a page has asked its server for something that the server has not begun to answer.
//
// Streamlit's page says that a script runs once it has heard so, which may be after its stage is
// there (docs/decisions/stage-first.md).

(() => {
  const NEW_SESSION = 4; // of ForwardMsg
  const RERUN_SCRIPT = 11; // of BackMsg
  const LONGEST = 2_000; // ms: nobody answers for a part that is no longer there
  let [asked, begun] = [-Infinity, -Infinity];

  /** Whether a message of the protocol buffers has a field. */
  const has = (data, field) => {
    if (!(data instanceof ArrayBuffer || ArrayBuffer.isView(data))) return false;
    const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset, data.byteLength);
    let at = 0;
    const number = () => {
      let [value, factor] = [0, 1];
      for (; at < bytes.length; factor *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * factor;
        if (byte < 128) break;
      }
      return value;
    };
    while (at < bytes.length) {
      const key = number();
      if (Math.floor(key / 8) === field) return true;
      const kind = key % 8;
      if (kind === 0) number();
      else if (kind === 2) {
        const length = number();
        at += length;
      } else at += kind === 1 ? 8 : 4;
    }
    return false;
  };

  globalThis.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (!has(data, NEW_SESSION)) return;
        const when = performance.now();
        setTimeout(() => (begun = when), 30); // by then the page says that it runs
      });
    }

    send(data) {
      if (has(data, RERUN_SCRIPT)) asked = performance.now();
      super.send(data);
    }
  };
  globalThis.hasAsked = () => asked >= begun && performance.now() - asked < LONGEST;
})();
