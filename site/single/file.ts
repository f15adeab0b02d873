/** What the scripts of the single file know of each other. */
export interface TincanFile {
  /** As in src/scrub.ts. */
  takeFragment: () => string;
  onFragment: (callback: (fragment: string) => void) => void;
  /** One of the blocks, unpacked, once the browser has read as far. Each is there once. */
  block?: (name: 'page' | 'engine' | 'languages' | 'notices') => Promise<Uint8Array<ArrayBuffer>>;
}

declare global {
  /** Put there by first.ts. */
  var tincanFile: TincanFile;
}

/** A block, for the scripts that run after the loader. */
export async function readBlock(name: 'engine' | 'languages' | 'notices'): Promise<Uint8Array<ArrayBuffer>> {
  const { block } = globalThis.tincanFile;
  if (!block) throw new Error('this page is not the single file');
  return block(name);
}
