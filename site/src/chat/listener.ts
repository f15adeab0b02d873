import type { ErrorCode } from '../../../wasm/engine.d.ts';

/** What concerns more than the chat itself. */
export interface Listener {
  /** A message of the other person has come. */
  onmessage: () => void;
  /** Something that the person should know, and that belongs to no message. */
  ontrouble: (code: ErrorCode) => void;
}
