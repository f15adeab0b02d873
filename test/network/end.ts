import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Browser as PlaywrightBrowser, Page as PlaywrightPage } from '@playwright/test';
import type { CDPSession, Browser as PuppeteerBrowser, Page as PuppeteerPage } from 'puppeteer-core';
import type { ErrorCode } from '../../wasm/engine.d.ts';
import { texts } from '../browser/texts.ts';
import { Person } from '../browser/person.ts';
import { binary as built } from '../browser/programs.ts';
import { type Ask, inPage } from './page.ts';
import type { Computer } from './rig.ts';

/** The program that is tried: `TINCAN_BIN`, so that a build doesn't disturb a run, or the one just built. */
const binary = process.env['TINCAN_BIN'] ?? built;

/** How long anything takes at most that nobody has to wait for. */
const patience = 30_000;

export type Kind = 'Chromium' | 'Firefox' | 'terminal';
export type Path = 'direct' | 'relay';

/** Somebody who chats. */
export interface End {
  readonly kind: Kind;
  /** Makes an invite and hands its link out. */
  invite(): Promise<string>;
  /** Answers an invite: the reply link. */
  join(invite: string): Promise<string>;
  /** Applies the reply. */
  accept(reply: string): Promise<void>;
  /** When the chat was open, in milliseconds since 1970, and the way it took, as it is shown. */
  opened(within?: number): Promise<{ at: number; path: Path }>;
  /** Waits until this is the way that is shown: an engine may find a better one when the chat is open. */
  shows(path: Path): Promise<void>;
  /** The time at which the page said that its invite or reply ended while it was away. */
  endedAway(): Promise<number>;
  /** When the sentence of this code was shown, in milliseconds since 1970. */
  told(code: ErrorCode, within?: number): Promise<number>;
  say(text: string): Promise<void>;
  hears(text: string): Promise<void>;
  diagnostics(): Promise<string>;
  /** Goes away. */
  leave(): Promise<void>;
}

/** Both have what the other said last. */
export async function greet(a: End, b: End): Promise<void> {
  const [from, back] = [`hello ${Math.random()}`, `hello to you ${Math.random()}`];
  await a.say(from);
  await b.hears(from);
  await b.say(back);
  await a.hears(back);
}

/** `tincan serve` on the server of a rig: the page, STUN and, where it is told to, TURN. Ends with the rig. */
export class Serve {
  readonly url: string;
  readonly #computer: Computer;

  private constructor(computer: Computer, url: string) {
    this.#computer = computer;
    this.url = url;
  }

  static async start(computer: Computer, address: string, ...flags: string[]): Promise<Serve> {
    const child = computer.start(binary, ['serve', '--listen', `${address}:8787`, ...flags]);
    let said = '';
    child.stderr.on('data', (data: Buffer) => (said += String(data)));
    const url = await new Promise<string>((resolve, reject) => {
      createInterface(child.stdout).on('line', (line) => {
        if (line.startsWith('http:')) resolve(line);
      });
      child.once('close', (code) => reject(new Error(`serve ended with ${code}: ${said}`)));
    });
    return new Serve(computer, url);
  }

  get stun(): string {
    return new URL(this.url).host;
  }

  /** The relays that config.json names, and the login for them. */
  relays(): { urls: string[]; login: string } {
    const script = 'fetch(process.argv[1]).then((got) => got.text()).then(console.log)';
    const got = this.#computer.run(process.execPath, ['-e', script, `${this.url}config.json`]);
    const { turn } = JSON.parse(got) as {
      turn: { url: string; username: string; credential: string }[];
    };
    return {
      urls: turn.map(({ url }) => url.replace('::', `:${new URL(this.url).hostname}:`)),
      login: `${turn[0]?.username}:${turn[0]?.credential}`,
    };
  }
}

/** An event of a terminal, and when it was read. */
export interface Told {
  at: number;
  event: string;
  [field: string]: unknown;
}

/** A `tincan` in a terminal, told and read in JSON. */
export class AtTerminal implements End {
  readonly kind = 'terminal';
  readonly #computer: Computer;
  readonly #site: string;
  readonly #flags: readonly string[];
  readonly #login: string;
  readonly #events: Told[] = [];
  #child: ChildProcessWithoutNullStreams | undefined;
  #said = '';
  readonly #looking = new Set<(newest: Told) => void>();

  /** Links lead to the page at `site`; `stun` are the servers asked, `relays` those of `Serve.relays`. */
  constructor(
    computer: Computer,
    site: string,
    stun: readonly string[],
    relays: { urls: string[]; login: string } = { urls: [], login: '' },
    ...flags: string[]
  ) {
    this.#computer = computer;
    this.#site = site;
    this.#login = relays.login;
    this.#flags = [
      ...flags,
      ...(stun.length === 0 ? ['none'] : stun).flatMap((server) => ['--stun', server]),
      ...relays.urls.flatMap((url) => ['--turn', url]),
    ];
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Stops the program as it is, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  #start(...args: string[]): void {
    const env = { ...process.env, TINCAN_TURN_LOGIN: this.#login };
    const child = this.#computer.start(binary, [...args, '--json', ...this.#flags], env);
    child.stderr.on('data', (data: Buffer) => (this.#said += String(data)));
    createInterface(child.stdout).on('line', (line) => {
      const newest = { at: Date.now(), ...(JSON.parse(line) as { event: string }) };
      this.#events.push(newest);
      for (const look of this.#looking) look(newest);
    });
    this.#child = child;
  }

  /** What came of this name, in its order. */
  events(event: string): readonly Told[] {
    return this.#events.filter((found) => found.event === event);
  }

  /** The first event of this name, or of any where it is empty, that fits. */
  async event(event: string, fits: (found: Told) => boolean, within = patience): Promise<Told> {
    const is = (found: Told) => (event === '' || found.event === event) && fits(found);
    const there = this.#events.find(is);
    if (there) return there;
    const found = new Promise<Told>((resolve) => {
      const look = (newest: Told) => {
        if (!is(newest)) return;
        this.#looking.delete(look);
        resolve(newest);
      };
      this.#looking.add(look);
    });
    return inTime(found, within, () => `${event}\n${this.#said}\n${JSON.stringify(this.#events.slice(-4))}`);
  }

  do(command: Record<string, unknown>): void {
    this.#child?.stdin.write(`${JSON.stringify(command)}\n`);
  }

  async invite(): Promise<string> {
    this.#start('new', '--site', this.#site);
    return String((await this.event('invite', () => true))['link']);
  }

  async join(invite: string): Promise<string> {
    this.#start('join', '-');
    this.#child?.stdin.write(`${invite}\n`);
    return String((await this.event('reply', () => true))['link']);
  }

  async accept(reply: string): Promise<void> {
    this.do({ do: 'reply', link: reply });
    await this.event('state', ({ state }) => state === 'connecting');
  }

  async opened(within?: number): Promise<{ at: number; path: Path }> {
    const { at, path } = await this.event('open', () => true, within);
    return { at, path: path as Path };
  }

  async shows(path: Path): Promise<void> {
    await this.event('', (found) => found['path'] === path);
  }

  async told(code: ErrorCode, within?: number): Promise<number> {
    return (await this.event('error', (found) => found['code'] === code, within)).at;
  }

  endedAway(): Promise<number> {
    return new Promise(() => {}); // a terminal has no such screen
  }

  async say(text: string): Promise<void> {
    this.do({ do: 'send', ref: 'r', text });
    await Promise.resolve();
  }

  async hears(text: string): Promise<void> {
    await this.event('message', (found) => found['text'] === text);
  }

  async diagnostics(): Promise<string> {
    const before = this.events('diagnostics').length;
    this.do({ do: 'diagnostics' });
    const found = await this.event(
      'diagnostics',
      (found) => this.events('diagnostics').indexOf(found) >= before,
    );
    return String(found['text']);
  }

  async leave(): Promise<void> {
    this.#child?.kill('SIGINT');
    await Promise.resolve();
  }
}

/** Somebody at the page, in whichever browser. */
export abstract class AtPage implements End {
  abstract readonly kind: Kind;
  abstract invite(): Promise<string>;
  abstract join(invite: string): Promise<string>;
  abstract accept(reply: string): Promise<void>;
  abstract say(text: string): Promise<void>;
  abstract leave(): Promise<void>;
  /** Has a function run in the page. */
  abstract run<Given, Got>(work: (given: Given) => Got | Promise<Got>, given: Given): Promise<Got>;

  protected ask(ask: Ask): Promise<{ at: number; found: string }> {
    return this.run(inPage, ask);
  }

  /** Waits in the page itself until something is found there, and says when. */
  async waits(ask: Ask, within = patience): Promise<{ at: number; found: string }> {
    return inTime(this.ask(ask), within, async () => {
      const { found } = await this.ask({ verb: 'see', any: [''] });
      return `${ask.verb} ${JSON.stringify(ask)}\nThe page: ${found}`;
    });
  }

  /** Chooses servers and ways in the dialog, as people do. */
  async network({
    stun,
    relayOnly,
  }: {
    stun?: readonly string[] | undefined;
    relayOnly: boolean;
  }): Promise<void> {
    await this.waits({ verb: 'press', name: texts.network });
    if (stun)
      await this.waits({
        verb: 'fill',
        name: texts.stunLabel,
        text: stun.join('\n'),
      });
    if (relayOnly) await this.waits({ verb: 'choose', name: texts.modes.relay });
    await this.waits({ verb: 'press', name: texts.save });
  }

  async opened(within?: number): Promise<{ at: number; path: Path }> {
    const { direct, relay } = texts.statuses;
    const { at, found } = await this.waits({ verb: 'status', any: [direct, relay] }, within);
    return { at, path: found === direct ? 'direct' : 'relay' };
  }

  async shows(path: Path): Promise<void> {
    await this.waits({ verb: 'status', any: [texts.statuses[path]] });
  }

  async told(code: ErrorCode, within?: number): Promise<number> {
    // On a network the page can't tell a missing router from a browser that keeps its addresses to itself.
    const any = [texts.errors[code], ...(code === 'no-addresses' ? [texts.addressesHidden] : [])];
    return (await this.waits({ verb: 'see', any }, within)).at;
  }

  async endedAway(): Promise<number> {
    const { at } = await this.ask({
      verb: 'see',
      any: [texts.away.invite.title, texts.away.reply.title],
    });
    await this.waits({ verb: 'enabled', name: texts.newLink });
    return at;
  }

  async hears(text: string): Promise<void> {
    await this.waits({ verb: 'see', any: [text] });
  }

  async diagnostics(): Promise<string> {
    await this.waits({ verb: 'press', name: texts.copyDiagnostics });
    return (await this.waits({ verb: 'read', name: texts.diagnostics })).found;
  }
}

/** Somebody at the page in Chromium, a profile of their own. */
export class AtChromium extends AtPage {
  readonly kind = 'Chromium';
  readonly person: Person;

  private constructor(person: Person) {
    super();
    this.person = person;
  }

  /** `first` run before anything of the page does. */
  static async open(browser: PlaywrightBrowser, url: string, ...first: (() => void)[]): Promise<AtChromium> {
    const context = await browser.newContext();
    return AtChromium.at(await context.newPage(), url, ...first);
  }

  /** In a page that is there already, and may be listened to. */
  static async at(page: PlaywrightPage, url: string, ...first: (() => void)[]): Promise<AtChromium> {
    const end = new AtChromium(new Person(page));
    for (const each of first) await end.person.page.addInitScript(each);
    await end.person.open(url);
    await end.waits({ verb: 'enabled', name: texts.newChat });
    return end;
  }

  async invite(): Promise<string> {
    const link = await this.person.newChat();
    await this.person.button(texts.copyLink).click();
    return link;
  }

  async join(invite: string): Promise<string> {
    await this.person.open(invite);
    return this.person.joinChat();
  }

  async accept(reply: string): Promise<void> {
    await this.person.connect(reply);
  }

  async say(text: string): Promise<void> {
    await this.person.say(text);
  }

  async leave(): Promise<void> {
    await this.person.page.context().close();
  }

  async run<Given, Got>(work: (given: Given) => Got | Promise<Got>, given: Given): Promise<Got> {
    return this.person.page.evaluate(work as (given: unknown) => Got | Promise<Got>, given);
  }
}

/** Somebody at the page in a browser that puppeteer drives: Firefox, or a Chromium that can be frozen. */
export class AtPuppeteer extends AtPage {
  readonly kind: Kind;
  readonly page: PuppeteerPage;

  private constructor(kind: Kind, page: PuppeteerPage) {
    super();
    this.kind = kind;
    this.page = page;
  }

  /** `first` run before anything of the page does. */
  static async open(
    kind: Kind,
    browser: PuppeteerBrowser,
    url: string,
    ...first: (() => void)[]
  ): Promise<AtPuppeteer> {
    // A context is a window in Firefox: its tab is in front, as it is for people.
    const context = await browser.createBrowserContext();
    return AtPuppeteer.at(kind, await context.newPage(), url, ...first);
  }

  /** In a page that is there already, and may be listened to. */
  static async at(
    kind: Kind,
    page: PuppeteerPage,
    url: string,
    ...first: (() => void)[]
  ): Promise<AtPuppeteer> {
    const end = new AtPuppeteer(kind, page);
    for (const each of first) await end.page.evaluateOnNewDocument(each);
    await end.page.goto(url);
    await end.waits({ verb: 'enabled', name: texts.newChat });
    return end;
  }

  async invite(): Promise<string> {
    await this.waits({ verb: 'press', name: texts.newChat });
    const { found } = await this.waits({
      verb: 'read',
      name: texts.inviteLabel,
    });
    await this.waits({ verb: 'press', name: texts.copyLink });
    return found;
  }

  /** Has chosen, on this device and before, that replies come back by themselves. */
  async choseMailbox(): Promise<void> {
    await this.page.evaluate(() => localStorage.setItem('tincan-mailbox', 'on'));
    await this.page.reload();
    await this.waits({ verb: 'enabled', name: texts.newChat });
  }

  async join(invite: string): Promise<string> {
    await this.page.goto(invite); // only the fragment differs: nothing is loaded
    await this.waits({ verb: 'press', name: texts.joinChat });
    return (await this.waits({ verb: 'read', name: texts.replyLinkLabel })).found;
  }

  async accept(reply: string): Promise<void> {
    await this.waits({ verb: 'fill', name: texts.replyLabel, text: reply });
    await this.waits({ verb: 'press', name: texts.connect });
  }

  async say(text: string): Promise<void> {
    await this.waits({ verb: 'fill', name: texts.message, text });
    await this.waits({ verb: 'press', name: texts.send });
  }

  async leave(): Promise<void> {
    await this.page.browserContext().close();
  }

  /** Freezes the page, as Chromium does with pages in the background, or thaws it. Fails unless the page noticed. */
  async lifecycle(state: 'frozen' | 'active'): Promise<void> {
    this.#session ??= await this.page.createCDPSession();
    if (state === 'frozen') await this.page.evaluate(listen);
    await this.#session.send('Page.setWebLifecycleState', { state });
    if (state === 'active' && !(await this.page.evaluate(() => 'frozenByTest' in document))) {
      throw new Error('the page has not been frozen');
    }

    function listen() {
      document.addEventListener('freeze', () => Object.assign(document, { frozenByTest: true }));
    }
  }
  #session: CDPSession | undefined;

  async run<Given, Got>(work: (given: Given) => Got | Promise<Got>, given: Given): Promise<Got> {
    return (await this.page.evaluate(work as (given: unknown) => unknown, given)) as Got;
  }
}

/** The promise, or after so many milliseconds an error with what there is to say then. */
export async function inTime<T>(
  promise: Promise<T>,
  within: number,
  what: () => string | Promise<string>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      void Promise.resolve(what()).then(
        (text) => reject(new Error(`not within ${within} ms: ${text}`)),
        reject,
      );
    }, within);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
