import type { EngineConfig } from '../../../wasm/engine.d.ts';

/** What the page knows of the site that it came from. */
export class About {
  #config = $state.raw<EngineConfig>();
  #unread = $state(false);

  /** `unread`: the site may say more about itself than could be read. */
  takes(config: EngineConfig, unread: boolean): void {
    this.#config = config;
    this.#unread = unread;
  }

  /** What links begin with. */
  get site(): string {
    return this.#config?.site ?? '';
  }
  /** The host that links lead to. */
  get host(): string {
    return this.site === '' ? '' : new URL(this.site).hostname;
  }
  /** Links lead to this very computer. */
  get hereOnly(): boolean {
    return this.#config?.loopback ?? false;
  }
  /** What the site says about itself could not be read. */
  get unread(): boolean {
    return this.#unread;
  }
}
