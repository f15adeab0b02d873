/** The part of gifenc that is used here: it has no types of its own. */
declare module 'gifenc' {
  type Palette = number[][];
  const gifenc: {
    quantize(rgba: Uint8Array, colours: number): Palette;
    applyPalette(rgba: Uint8Array, palette: Palette): Uint8Array;
    GIFEncoder(): {
      /** `delay` in milliseconds. */
      writeFrame(
        index: Uint8Array,
        width: number,
        height: number,
        options: { palette: Palette; delay: number },
      ): void;
      finish(): void;
      bytes(): Uint8Array;
    };
  };
  export default gifenc;
}
