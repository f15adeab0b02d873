import { getContext, setContext } from 'svelte';
import type { ChatMessage } from './entry.svelte.ts';
import type { Talk } from './talk.svelte.ts';

/** The part of a Talk that the screen reads, and the verbs that it calls. */
export type ShownTalk = Omit<
  Talk,
  'apply' | 'understands' | 'back' | 'over' | 'failed' | 'delivered' | 'take'
>;

/** What a message needs of the chat around it: between them lie the log and its rows. */
export interface Talking {
  readonly talk: ShownTalk;
  /** Shows what can be done with a message, beside this element. */
  open: (message: ChatMessage, beside: HTMLElement) => void;
  /** Brings what a reply answers into sight, and the focus to it; the way back is offered there. */
  go: (answered: ChatMessage, reply: ChatMessage) => void;
}

const key = Symbol('talk');

/** Gives the messages of a chat what they need; `host` shows what can be done with them, `log` is where they are. */
export function giveTalk(
  talk: () => ShownTalk,
  host: () => Pick<Talking, 'open'> | undefined,
  log: () => { goToAnswered: (answered: string, from: string) => void } | undefined,
): void {
  const talking: Talking = {
    get talk() {
      return talk();
    },
    open: (message, beside) => host()?.open(message, beside),
    go: (answered, reply) => log()?.goToAnswered(answered.key, reply.key),
  };
  setContext(key, talking);
}

/** Undefined outside of a chat. */
export function takeTalk(): Talking | undefined {
  return getContext<Talking | undefined>(key);
}
