// The one unpacker of what pages/ui/wire.py packs: four bytes of header length
// (little-endian), a JSON header, then the arrays' blocks, each padded to four bytes.

const KINDS = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

export function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerLength)));
  const arrays = {};
  let start = 4 + headerLength;
  for (const { name, shape, dtype } of header.arrays) {
    const Kind = KINDS[dtype];
    const length = shape.reduce((product, side) => product * side, 1);
    const end = start + length * Kind.BYTES_PER_ELEMENT;
    // A copy, since a typed array must start at a multiple of its element's size.
    arrays[name] = { data: new Kind(bytes.slice(start, end).buffer), shape };
    start = end + ((4 - (end % 4)) % 4);
  }
  return { settings: header.settings, arrays };
}
