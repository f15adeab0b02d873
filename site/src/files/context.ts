import { getContext, setContext } from 'svelte';
import type { ShownFiles } from './files.svelte.ts';

const key = Symbol('files');

/** Gives the cards of a chat what their buttons need: between the chat and a card lie the log, its rows and messages. */
export function giveFiles(files: () => ShownFiles): void {
  setContext(key, files);
}

/** What a card's buttons do; undefined outside of a chat. */
export function takeFiles(): (() => ShownFiles) | undefined {
  return getContext<(() => ShownFiles) | undefined>(key);
}
