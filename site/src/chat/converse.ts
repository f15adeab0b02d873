import type { Chat, ChatEvent } from '../../../wasm/engine.d.ts';
import type { Kept } from '../life/kept.ts';
import { Conversation } from './conversation.svelte.ts';
import type { Listener } from './listener.ts';

export type { Listener };

/**
 * Begins the conversation of a chat that has opened. With what was `kept` of it, this page was reloaded and has come
 * back to it.
 */
export type Converse = (
  chat: Chat,
  opened: Extract<ChatEvent, { type: 'open' }>,
  listener: Listener,
  kept?: Kept,
) => Conversation;

export const converse: Converse = (...given) => new Conversation(...given);
