function box(type: string, ...held: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = held.reduce((sum, { length }) => sum + length, 8);
  const whole = new Uint8Array(size);
  new DataView(whole.buffer).setUint32(0, size);
  whole.set(new TextEncoder().encode(type), 4);
  let at = 8;
  for (const part of held) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The beginning of an MP4 as Chromium records it: of the length in `units` of a second that it says, in pieces. */
export function recorded({
  length = 0,
  units = 48_000,
  version = 1,
  pieces = true,
}): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(version === 1 ? 36 : 24);
  const view = new DataView(header.buffer);
  view.setUint8(0, version);
  view.setUint32(version === 1 ? 20 : 12, units);
  if (version === 1) view.setBigUint64(24, BigInt(length));
  else view.setUint32(16, length);
  const track = box('trak', box('tkhd', new Uint8Array(20)), box('mdia', box('mdhd', header)));
  const more = pieces ? [box('mvex', box('trex'))] : [];
  const file = [
    box('ftyp', new Uint8Array(28)),
    box('moov', box('mvhd', new Uint8Array(108)), track, ...more),
  ];
  return new Uint8Array([...file, box('moof', new Uint8Array(200))].flatMap((part) => [...part]));
}
