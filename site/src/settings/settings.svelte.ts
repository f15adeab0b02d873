import { device } from '../life/browser.ts';
import { fromDisk } from '../life/file.ts';
import { readValue, write } from '../life/stored.ts';
import { isTag, type Tag } from '../language/language.svelte.ts';

/** How the page looks and behaves for this person. What is undefined follows the browser. */
export interface Chosen {
  language?: Tag | undefined;
  theme?: 'light' | 'dark' | undefined;
  /** What sends a message besides the button. */
  sendWith?: 'enter' | 'ctrl' | undefined;
  /** The other person is told when this one writes. */
  typing: boolean;
  /** The other person is told whether this one looks at the chat, and what they have read. */
  presence: boolean;
  read: boolean;
  notify: boolean;
  /** Pictures that are not too large come without being asked for. */
  pictures: boolean;
  /** A chat goes on after a reload of the page, which takes a place to keep its secret in. */
  outlive: boolean;
}

const key = 'tincan-settings';
const maxStored = 1_024;

/** The settings of this person, remembered on the device. */
export class Settings {
  #chosen = $state.raw<Chosen>(parse(readValue('device', key, maxStored)));

  get chosen(): Chosen {
    return this.#chosen;
  }

  /** What sends. By default Enter does not on a touch screen, where nothing else begins a new line. */
  get sendWith(): 'enter' | 'ctrl' {
    return this.#chosen.sendWith ?? (device('(any-pointer: fine)', true) ? 'enter' : 'ctrl');
  }

  /** Takes what the person chose, and remembers it. */
  choose(part: Partial<Chosen>): void {
    this.#chosen = { ...this.#chosen, ...part };
    write('device', key, JSON.stringify(this.#chosen));
  }
}

/** What is stored may have been written by another version, or by anybody. A wrong part counts as never chosen. */
function parse(stored: unknown): Chosen {
  const { language, theme, sendWith, typing, presence, read, notify, pictures, outlive } = (
    typeof stored === 'object' && stored !== null ? stored : {}
  ) as Record<string, unknown>;
  return {
    language: isTag(language) ? language : undefined,
    theme: theme === 'light' || theme === 'dark' ? theme : undefined,
    sendWith: sendWith === 'enter' || sendWith === 'ctrl' ? sendWith : undefined,
    typing: typing === true,
    presence: presence === true,
    read: read === true,
    notify: notify === true,
    pictures: pictures === true,
    outlive: outlive !== false && !fromDisk(),
  };
}

/** Light or dark; undefined: as on the device. The colours are in tokens.css, and the browser's own parts follow them. */
export function showTheme(theme: Chosen['theme']): void {
  const root = document.documentElement;
  if (theme) root.dataset['theme'] = theme;
  else delete root.dataset['theme'];
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const own = (meta.dataset['media'] ??= meta.media);
    // Of the two colours, the chosen one holds whatever the device prefers.
    meta.media = theme === undefined ? own : own.includes(theme) ? 'all' : 'not all';
  }
}
