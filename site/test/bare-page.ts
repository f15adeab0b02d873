import { converse } from '../src/chat/converse.ts';
import { beforeEach, vi } from 'vitest';
import type { Network } from '../../wasm/engine.d.ts';
import { Page } from '../src/app/page.svelte.ts';
import type { AskTabs } from '../src/meet/tabs.ts';
import { FakeEngine } from './fake-engine.ts';

/* A Page with the fake engine and without components, anew for each test of the file that imports this. */

export const config = { site: 'https://example.test/', loopback: false, mailbox: '' };
export const network: Network = { mode: 'all', stun: ['stun.example:3478'], turn: [] };

export let engine: FakeEngine;
export let chat: Page;
export let ask: ReturnType<typeof vi.fn<AskTabs>>;

/** Begins with another page. `hostAnswers` is as `Page` has it. */
export async function begin(hostAnswers?: () => Promise<boolean>): Promise<void> {
  ask = vi.fn<AskTabs>();
  engine = new FakeEngine();
  chat = new Page(ask, hostAnswers);
  await chat.started(engine, converse, config, network);
}

beforeEach(() => begin());

/** Somebody has answered the invite. */
export async function chatting(): Promise<void> {
  await chat.invites.create();
  engine.open();
}
