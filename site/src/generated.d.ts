/* What `make` puts into src/engine/generated, for a tree where it has not run yet. */

declare module '*/generated/wasm_exec.js';

declare module '*/generated/engine-size.ts' {
  /** Size of the unpacked engine.wasm. */
  export const engineBytes: number;
}
