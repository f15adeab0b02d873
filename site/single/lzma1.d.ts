/* The part of lzma1 that is used. What it says of its types is its own source, which other options compile. */

export function compress(data: Uint8Array, mode: 5): Uint8Array;
export function decompress(data: Uint8Array): Uint8Array<ArrayBuffer>;
