import type { Browser as PlaywrightBrowser } from '@playwright/test';
import type { Browser as PuppeteerBrowser } from 'puppeteer-core';
import { AtChromium, AtPuppeteer, AtTerminal, type End, type Kind, Serve } from './end.ts';
import { Rig, secondServerAddress, serverAddress, type Side } from './rig.ts';

/** What the server in the middle does: the page always, STUN, and a relay. */
export type Servers = 'none' | 'STUN' | 'STUN and TURN';

type Place = 'left' | 'right';

/** A rig with the page served in it, and people at either end. `close` ends all of it. */
export class World {
  readonly rig: Rig;
  readonly serve: Serve;
  readonly #second: Serve | undefined;
  readonly #servers: Servers;
  readonly #browsers: Partial<Record<Place, { kind: Kind; browser: PlaywrightBrowser | PuppeteerBrowser }>> =
    {};

  private constructor(rig: Rig, servers: Servers, serve: Serve, second?: Serve) {
    this.rig = rig;
    this.serve = serve;
    this.#servers = servers;
    this.#second = second;
  }

  /** Two networks and the internet. With `twoServers` everybody asks two STUN servers, so that a symmetric NAT shows. */
  static async internet(left: Side, right: Side, servers: Servers, twoServers = false): Promise<World> {
    return World.#in(Rig.internet(left, right), serverAddress, servers, twoServers);
  }

  /** One network without a way out; see Rig.lan. */
  static async lan(kind: Parameters<typeof Rig.lan>[0], servers: Servers): Promise<World> {
    return World.#in(Rig.lan(kind), '192.168.1.2', servers, false);
  }

  static async #in(rig: Rig, address: string, servers: Servers, twoServers: boolean): Promise<World> {
    try {
      const flags = {
        none: ['--no-stun'],
        STUN: [],
        'STUN and TURN': ['--turn', '--turn-address', address],
      };
      const serve = await Serve.start(rig.server, address, ...flags[servers]);
      const second = twoServers ? await Serve.start(rig.server, secondServerAddress) : undefined;
      return new World(rig, servers, serve, second);
    } catch (error) {
      rig.close();
      throw error;
    }
  }

  get #stun(): string[] {
    if (this.#servers === 'none') return [];
    return this.#second ? [this.serve.stun, this.#second.stun] : [this.serve.stun];
  }

  /** Somebody on the left or the right, who may be told to use nothing but a relay. At most one browser on a side. */
  async end(place: Place, kind: Kind, relayOnly = false): Promise<End> {
    if (kind === 'terminal') return this.terminal(place, ...(relayOnly ? ['--relay-only'] : []));
    const browser = await this.browser(place, kind);
    const end =
      kind === 'Chromium'
        ? await AtChromium.open(browser as PlaywrightBrowser, this.serve.url)
        : await AtPuppeteer.open(kind, browser as PuppeteerBrowser, this.serve.url);
    if (this.#second || relayOnly) await end.network({ stun: this.#second && this.#stun, relayOnly });
    return end;
  }

  /** Somebody at a terminal. */
  terminal(place: Place, ...flags: string[]): AtTerminal {
    const relays = this.#servers === 'STUN and TURN' ? this.serve.relays() : undefined;
    return new AtTerminal(this.rig[place], this.serve.url, this.#stun, relays, ...flags);
  }

  /** The browser of a side; one of another kind is closed first. */
  async browser(place: Place, kind: Kind): Promise<PlaywrightBrowser | PuppeteerBrowser> {
    const there = this.#browsers[place];
    if (there?.kind === kind) return there.browser;
    await there?.browser.close();
    delete this.#browsers[place];
    const browser = kind === 'Chromium' ? await this.rig[place].chromium() : await this.rig[place].firefox();
    this.#browsers[place] = { kind, browser };
    return browser;
  }

  /** Somebody at a page that can be frozen, in the one such browser of that side. */
  async freezable(place: Place): Promise<AtPuppeteer> {
    const browser = (this.#browsers[place] ??= {
      kind: 'Chromium',
      browser: await this.rig[place].freezable(),
    }).browser;
    return AtPuppeteer.open('Chromium', browser as PuppeteerBrowser, this.serve.url);
  }

  async close(): Promise<void> {
    await Promise.allSettled(Object.values(this.#browsers).map(({ browser }) => browser.close()));
    this.rig.close();
  }
}
