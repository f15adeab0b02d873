import type { Chat, ChatEvent, ErrorCode, Reason } from '../../../wasm/engine.d.ts';

/** Something that did not work, and the part of the page it belongs to. */
export interface Problem {
  at: 'new' | 'paste' | 'join' | 'reply';
  code: ErrorCode;
}

/** What is told when the chat is open. */
export type Opened = Extract<ChatEvent, { type: 'open' }>;

/** What becomes of a meeting. None of it is told of one that has been left. */
export interface Outcome {
  /** The two have met. All that is told of their chat from now on goes to what this returns. */
  onopen: (chat: Chat, opened: Opened) => (event: ChatEvent) => void;
  /** It ended before they had met. */
  onended: (meeting: object, reason: Reason) => void;
  /** Its chat was made, or could not be: this asks what was found out about the way. It may be kept for longer. */
  ontried: (diagnose: () => Promise<string>) => void;
}
