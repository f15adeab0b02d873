import { converse } from '../src/chat/converse.ts';
import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { vi } from 'vitest';
import type { Network } from '../../wasm/engine.d.ts';
import App from '../src/app/App.svelte';
import { Page } from '../src/app/page.svelte.ts';
import type { AskTabs } from '../src/meet/tabs.ts';
import type { PageMailbox } from '../src/meet/mailbox.svelte.ts';
import { Settings } from '../src/settings/settings.svelte.ts';
import { FakeEngine } from './fake-engine.ts';

/** The rest of the page, as main.ts loads it. */
export const parts = Promise.resolve(await import('../src/app/parts.ts'));

export const noServers: Network = { mode: 'all', stun: [], turn: [] };

/** The whole page with the fake engine, as somebody finds it who opens it. */
export class TestPage {
  readonly engine = new FakeEngine();
  readonly chat: Page;
  readonly settings = new Settings();
  /** Under fake timers, with their clock. */
  readonly user = userEvent.setup({
    advanceTimers: (milliseconds) => {
      if (vi.isFakeTimers()) vi.advanceTimersByTime(milliseconds);
    },
  });

  constructor(hostAnswers?: () => Promise<boolean>) {
    this.chat = new Page(vi.fn<AskTabs>(), hostAnswers);
    render(App, { page: this.chat, settings: this.settings, parts });
  }

  /** With the engine loaded and what the page names. */
  static async open(
    network: Network = noServers,
    mailbox?: PageMailbox,
    hostAnswers?: () => Promise<boolean>,
  ): Promise<TestPage> {
    cleanup();
    const page = new TestPage(hostAnswers);
    await page.started(network, mailbox);
    return page;
  }

  async started(network: Network = noServers, mailbox?: PageMailbox): Promise<void> {
    const config = { site: 'https://example.test/', loopback: false, mailbox: mailbox?.origins[0] ?? '' };
    await this.chat.started(this.engine, converse, config, network, mailbox);
    await this.settled();
  }

  /** Lets Svelte bring the page up to date. */
  async settled(): Promise<void> {
    if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(0);
    else await new Promise((resolve) => setTimeout(resolve));
  }

  async press(name: string): Promise<void> {
    await this.user.click(button(name));
    await this.settled();
  }

  /** New chat, up to the invite screen. */
  async inviting(): Promise<void> {
    await this.press('New chat');
  }

  /** An opened invite, up to the reply screen. */
  async replying(): Promise<void> {
    await this.chat.finder.open('#iInvite');
    await this.settled();
    await this.press('Join chat');
  }
}

export function button(name: string): HTMLButtonElement {
  return screen.getByRole('button', { name });
}

export function hasButton(name: string): boolean {
  return screen.queryByRole('button', { name }) !== null;
}

export function field(name: string): HTMLTextAreaElement {
  return screen.getByRole('textbox', { name });
}

export function heading(): string {
  return screen.getByRole('heading', { level: 1 }).textContent;
}

export function status(): string {
  return screen.getByRole('status').textContent.trim();
}

/** What stands in the list of warnings. */
export function warnings(): string[] {
  const list = screen.queryByRole('list', { name: 'Warnings' });
  return [...(list?.children ?? [])].map((item) => item.textContent.trim());
}
