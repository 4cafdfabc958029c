// Pictures that came as files in one message, one after the other.

// Open all files of { frames, ends } as bitmaps.
export function opened({ frames, ends }, type) {
  const files = Array.from(ends.data, (end, at) =>
    frames.data.slice(at ? ends.data[at - 1] : 0, end),
  );
  return Promise.all(files.map((file) => createImageBitmap(new Blob([file], { type }))));
}

export function sameBytes(one, other) {
  return one?.length === other.length && one.every((byte, at) => byte === other[at]);
}
