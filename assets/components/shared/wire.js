// The one unpacker of what pages/ui/wire.py packs: four bytes of header length
// (little-endian), a JSON header, then the arrays' blocks, each padded to four bytes.

const KINDS = {
  float32: Float32Array,
  int32: Int32Array,
  int16: Int16Array,
  uint8: Uint8Array,
};

export function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerLength)));
  const arrays = {};
  let start = 4 + headerLength;
  for (const { name, shape, dtype, sent = dtype } of header.arrays) {
    const Sent = KINDS[sent];
    const length = shape.reduce((product, side) => product * side, 1);
    const end = start + length * Sent.BYTES_PER_ELEMENT;
    // A copy, since a typed array must start at a multiple of its element's size.
    const data = new Sent(bytes.slice(start, end).buffer);
    arrays[name] = { data: sent === dtype ? data : new KINDS[dtype](data), shape };
    start = end + ((4 - (end % 4)) % 4);
  }
  return { settings: header.settings, arrays };
}
