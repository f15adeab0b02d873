import type { Browser as PlaywrightBrowser } from '@playwright/test';
import type { Browser as PuppeteerBrowser } from 'puppeteer-core';
import type { Chat, ChatEvent, Engine, StartEngine } from '../../wasm/engine.d.ts';
import { texts } from '../browser/texts.ts';
import type { AtTerminal } from './end.ts';
import { AtChromium, type AtPage, AtPuppeteer, type End, inTime } from './end.ts';

/** Somebody who says much, and of whom all is known that they were told. */
export interface Talker {
  readonly end: End;
  /** Says these, one after the other. */
  say(texts: readonly string[]): Promise<void>;
  /** Waits until so many messages have come in all. */
  hears(count: number, within: number): Promise<void>;
  /** All messages that have come, in their order. */
  heard(): Promise<Heard[]>;
  /** The states that were told since a time, in milliseconds since 1970. */
  states(since: number): Promise<string[]>;
  /** Waits until one of these states was told since a time. */
  reaches(states: readonly string[], since: number, within: number): Promise<void>;
  /** A link with which the other one finds the chat again, and one of theirs. */
  repairLink(): Promise<string>;
  accept(repair: string): Promise<void>;
  /** May have come to another network. A terminal sees that by itself. */
  moved(): Promise<void>;
  diagnostics(): Promise<string>;
}

export interface Heard {
  at: number;
  text: string;
}

/** At a terminal. */
export class TerminalTalker implements Talker {
  readonly end: AtTerminal;

  constructor(end: AtTerminal) {
    this.end = end;
  }

  async say(texts: readonly string[]): Promise<void> {
    for (const text of texts) await this.end.say(text);
  }

  async hears(count: number, within: number): Promise<void> {
    await this.end.event('message', ({ id }) => Number(id) >= count, within);
  }

  async heard(): Promise<Heard[]> {
    await Promise.resolve();
    return this.end.events('message').map(({ at, text }) => ({ at, text: String(text) }));
  }

  async states(since: number): Promise<string[]> {
    await Promise.resolve();
    return this.end.events('state').flatMap(({ at, state }) => (at < since ? [] : [String(state)]));
  }

  async reaches(states: readonly string[], since: number, within: number): Promise<void> {
    await this.end.event('state', ({ at, state }) => at >= since && states.includes(String(state)), within);
  }

  async repairLink(): Promise<string> {
    this.end.do({ do: 'repair' });
    return String((await this.end.event('repair', () => true))['link']);
  }

  async accept(repair: string): Promise<void> {
    this.end.do({ do: 'reply', link: repair });
    await Promise.resolve();
  }

  async moved(): Promise<void> {}

  diagnostics(): Promise<string> {
    return this.end.diagnostics();
  }
}

type ToldEvent = ChatEvent & { at: number };

/** What `record` puts into a page. */
interface Recorded {
  /** What was told since the talker last took it. */
  events: ToldEvent[];
  /** How many messages have come in all. */
  messages: number;
  chat: Chat | undefined;
  changed: () => void;
  /** Resolves as soon as this is true. */
  until: (true_: () => boolean) => Promise<void>;
}

declare global {
  var recorded: Recorded;
}

/** At a page. */
export class PageTalker implements Talker {
  readonly end: AtPage;
  /** What was told, as far as it was taken out of the page. */
  readonly #taken: ToldEvent[] = [];

  private constructor(end: AtPage) {
    this.end = end;
  }

  static async inChromium(browser: PlaywrightBrowser, url: string, mailbox: boolean): Promise<PageTalker> {
    return new PageTalker(await AtChromium.open(browser, url, record, ...(mailbox ? [chooseMailbox] : [])));
  }

  static async inFirefox(browser: PuppeteerBrowser, url: string, mailbox: boolean): Promise<PageTalker> {
    const first = [record, ...(mailbox ? [chooseMailbox] : [])];
    return new PageTalker(await AtPuppeteer.open('Firefox', browser, url, ...first));
  }

  say(all: readonly string[]): Promise<void> {
    return this.end.run(writeAll, { all, field: texts.message, button: texts.send });
  }

  hears(count: number, within: number): Promise<void> {
    const come = this.end.run((count) => recorded.until(() => recorded.messages >= count), count);
    return inTime(come, within, async () => `${count} messages: ${(await this.heard()).length} have come`);
  }

  async heard(): Promise<Heard[]> {
    return (await this.#told()).flatMap((event) =>
      event.type === 'message' ? [{ at: event.at, text: event.text }] : [],
    );
  }

  async states(since: number): Promise<string[]> {
    return (await this.#told()).flatMap((event) =>
      event.type === 'state' && event.at >= since ? [event.state] : [],
    );
  }

  async reaches(states: readonly string[], since: number, within: number): Promise<void> {
    if ((await this.states(since)).some((state) => states.includes(state))) return;
    const come = this.end.run(
      ({ states, since }) =>
        recorded.until(() =>
          recorded.events.some(
            (event) => event.type === 'state' && event.at >= since && states.includes(event.state),
          ),
        ),
      { states, since },
    );
    await inTime(come, within, async () => `${states.join('|')}: ${(await this.states(since)).join(', ')}`);
  }

  /** Takes out of the page what it has written down, which would else count as its memory. */
  async #told(): Promise<readonly ToldEvent[]> {
    this.#taken.push(...(await this.end.run(() => recorded.events.splice(0), undefined)));
    return this.#taken;
  }

  async repairLink(): Promise<string> {
    return this.end.run(async () => (await recorded.chat?.repairLink())?.link ?? '', undefined);
  }

  async accept(repair: string): Promise<void> {
    await this.end.run(async (repair) => recorded.chat?.accept(repair, false), repair);
  }

  async moved(): Promise<void> {
    await this.end.run(async () => recorded.chat?.moved(), undefined);
  }

  async diagnostics(): Promise<string> {
    return this.end.run(async () => (await recorded.chat?.diagnostics()) ?? 'no chat', undefined);
  }
}

/** Runs in a page before anything else there: its person has chosen that replies come back by themselves. */
function chooseMailbox(): void {
  if (location.protocol === 'http:') localStorage.setItem('tincan-mailbox', 'on');
}

/** Runs in a page before anything else there: writes down what the engine tells, on its way to the page. */
function record(): void {
  const waiting = new Set<() => void>();
  const to: Recorded = {
    events: [],
    messages: 0,
    chat: undefined,
    changed: () => {
      for (const look of waiting) look();
    },
    until: (isTrue) =>
      new Promise((resolve) => {
        const look = () => {
          if (!isTrue()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
  Object.assign(globalThis, { recorded: to });
  const heard = (onevent: (event: ChatEvent) => void) => (event: ChatEvent) => {
    to.events.push({ at: Date.now(), ...event });
    if (event.type === 'message') to.messages++;
    onevent(event);
    to.changed();
  };
  const around = (engine: Engine): Engine => ({
    ...engine,
    create: async (network, mailbox, onevent) =>
      (to.chat = await engine.create(network, mailbox, heard(onevent))),
    join: async (invite, network, mailbox, onevent) =>
      (to.chat = await engine.join(invite, network, mailbox, heard(onevent))),
  });
  let start: StartEngine | undefined;
  Object.defineProperty(globalThis, 'tincan', {
    configurable: true,
    get: () =>
      start && (async (config: Parameters<StartEngine>[0]) => around(await (start as StartEngine)(config))),
    set: (made: StartEngine) => (start = made),
  });
}

/**
 * Runs in a page: the first and the last of these are written and sent as its person does, those between by the
 * engine's verb, as drawing hundreds of messages would take the computer longer than what is tried here.
 */
async function writeAll(given: { all: readonly string[]; field: string; button: string }): Promise<void> {
  const turn = new MessageChannel(); // a timer is slowed down in a page that is not in front
  const soon = () =>
    new Promise((resolve) => {
      turn.port1.onmessage = resolve;
      turn.port2.postMessage(undefined);
    });
  const write = async (text: string) => {
    const field = [...document.querySelectorAll('textarea')].find(
      (each) => (each.getAttribute('aria-label') ?? each.labels[0]?.textContent?.trim()) === given.field,
    );
    if (!field) throw new Error('there is no field for messages');
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    const button = () =>
      [...document.querySelectorAll('button')].find(
        (each) => !each.disabled && each.getAttribute('aria-label') === given.button,
      );
    while (!button()) await soon();
    button()?.click();
    while (field.value !== '') await soon();
  };
  const [first = '', ...rest] = given.all;
  const last = rest.pop();
  await write(first);
  for (const text of rest) await recorded.chat?.send('by the test', text);
  if (last !== undefined) await write(last);
}
