import { render } from '@testing-library/svelte';
import type { ComponentProps } from 'svelte';
import { Tray } from '../src/files/tray.svelte.ts';
import Chat, { type Shown } from '../src/chat/Chat.svelte';

type Rest = Omit<ComponentProps<typeof Chat>, 'conversation'>;
type Parts = Partial<Omit<Shown, 'outage' | 'reloads'>> & {
  outage?: Partial<Shown['outage']>;
  reloads?: Partial<Shown['reloads']>;
} & Rest;

/** Nothing can be done with messages. */
export const quietTalk: Shown['talk'] = {
  can: false,
  doing: undefined,
  told: { text: '' },
  current: () => undefined,
  wishes: { mine: 0, theirs: 0 },
  lasting: 0,
  last: undefined,
  allows: () => false,
  edits: () => false,
  answered: () => undefined,
  begin: () => undefined,
  cancel: () => undefined,
  edit: () => undefined,
  unsend: () => undefined,
  react: () => undefined,
  wish: () => undefined,
  shows: () => undefined,
  saw: () => undefined,
};

/** An open chat in which nothing has been said yet. */
const quiet: Shown = {
  messages: [],
  trimmed: false,
  status: 'direct',
  outage: {
    apart: undefined,
    absentSince: undefined,
    byHand: false,
    repair: undefined,
    lookAgain: () => undefined,
    makeRepair: () => Promise.resolve(),
    closeRepair: () => undefined,
  },
  reloads: { here: false, rounds: 0, there: false, again: undefined, dismiss: () => undefined },
  files: { room: Infinity, keep: () => Promise.resolve(undefined), stop: () => Promise.resolve() },
  tray: new Tray(),
  here: undefined,
  talk: quietTalk,
  comparedBefore: false,
  words: [],
  digits: [],
  verified: false,
  typing: false,
  draft: '',
  reason: undefined,
  send: () => undefined,
  sendAttached: () => Promise.resolve(),
  sendFile: () => undefined,
  retry: () => undefined,
  clear: () => undefined,
  verify: () => Promise.resolve(),
  write: () => undefined,
  writes: () => undefined,
};

/** Shows a chat that stands like this; what isn't named is as in a quiet one. What is written is kept as typed. */
export function showChat(parts: Parts): { rerender: (more: Parts) => Promise<void>; unmount: () => void } {
  let draft = $state(parts.draft ?? '');
  let now = parts;
  const props = () => ({
    ...now,
    conversation: {
      ...quiet,
      ...now,
      outage: { ...quiet.outage, ...now.outage },
      reloads: { ...quiet.reloads, ...now.reloads },
      get draft() {
        return draft;
      },
      write: (text: string) => (draft = text),
    },
  });
  const view = render(Chat, props());
  return {
    rerender: async (more) => {
      now = { ...now, ...more };
      await view.rerender(props());
    },
    unmount: () => view.unmount(),
  };
}
