/*
 * MP4 as browsers record it: boxes, each with its size (4 bytes), its type (4 letters) and what it holds. ISO/IEC 14496-12.
 */

/** The boxes around the one that says how long the sound is, from the outside in. */
const path = ['moov', 'trak', 'mdia', 'mdhd'] as const;
/** A box, or what it holds, by where that begins and ends. */
interface Box {
  from: number;
  to: number;
}

/** That box is near the beginning: what is recorded begins with it, for its end isn't known yet. */
const near = 8192;

/**
 * The same recording with its length written into it. A browser that records hands over piece after piece, and where it
 * says the length there stands that of the first. Firefox believes that: nobody could move on in it.
 */
export async function withLength(recorded: Blob, seconds: number): Promise<Blob> {
  const head = await recorded.slice(0, near).arrayBuffer();
  if (!writeLength(new DataView(head), seconds)) return recorded;
  return new Blob([head, recorded.slice(near)], { type: recorded.type });
}

/** Says false where the recording isn't in pieces, or not as expected. */
function writeLength(view: DataView, seconds: number): boolean {
  let box: Box | undefined = { from: 0, to: view.byteLength };
  for (const type of path) {
    box = find(view, type, box);
    if (!box) return false;
    if (type === 'moov' && !find(view, 'mvex', box)) return false;
  }
  // What it holds: a version and flags, when it was made and when changed, the units of a second, the length.
  const { from, to } = box;
  if (to - from < 20) return false;
  const wide = view.getUint8(from) === 1;
  if (wide && to - from < 32) return false;
  const length = Math.round(seconds * view.getUint32(from + (wide ? 20 : 12)));
  if (wide) view.setBigUint64(from + 24, BigInt(length));
  else view.setUint32(from + 16, length);
  return true;
}

/** Where the first box of this type, in another one, has what it holds; undefined where there is none, or it isn't all there. */
function find(view: DataView, type: string, { from, to }: Box): Box | undefined {
  let at = from;
  while (at + 8 <= to) {
    const size = view.getUint32(at);
    // One that is told otherwise, by 0 or 1, is none that we look for or look past.
    if (size < 8 || at + size > to) return undefined;
    const name = String.fromCharCode(...new Uint8Array(view.buffer, at + 4, 4));
    if (name === type) return { from: at + 8, to: at + size };
    at += size;
  }
  return undefined;
}
