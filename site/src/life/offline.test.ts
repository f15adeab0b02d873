import { cleanup, render, screen } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import App from '../app/App.svelte';
import { Offline } from './offline.svelte.ts';
import { hasButton, TestPage, parts } from '../../test/page.ts';

/** A worker of a version, which knows whether that is the chosen one. */
class FakeWorker extends EventTarget {
  scriptURL = new URL('/sw.js', location.href).href;
  readonly heard: string[] = [];
  /** Whether it can do what it is told. */
  updates = true;
  chosen: boolean;

  constructor(chosen: boolean) {
    super();
    this.chosen = chosen;
  }

  postMessage({ type }: { type: string }, [port]: [MessagePort]): void {
    this.heard.push(type);
    if (type === 'update') this.chosen = this.updates;
    port.postMessage({ chosen: this.chosen });
  }
}

class FakeRegistration extends EventTarget {
  installing: FakeWorker | null = null;
  waiting: FakeWorker | null = null;
  active: FakeWorker | null = null;
  update = vi.fn(() => Promise.resolve());
  unregister = vi.fn(() => Promise.resolve(true));

  /** A worker goes through all of it, up to here. */
  install(worker: FakeWorker, up: 'waiting' | 'active'): void {
    this.installing = worker;
    this.dispatchEvent(new Event('updatefound'));
    this.installing = null;
    this[up] = worker;
    worker.dispatchEvent(new Event('statechange'));
  }
}

let registration: FakeRegistration;
let register: ReturnType<typeof vi.fn>;
let controller: FakeWorker | null;
const reload = vi.fn();

function offline(): Offline {
  const container = {
    get controller() {
      return controller;
    },
    register,
    getRegistration: () => Promise.resolve(registration),
  };
  return new Offline(() => container as unknown as ServiceWorkerContainer, reload);
}

beforeEach(() => {
  history.replaceState(null, '', '/');
  registration = new FakeRegistration();
  register = vi.fn(() => Promise.resolve(registration));
  controller = null;
  reload.mockClear();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function ready(): Promise<Offline> {
  registration.active = new FakeWorker(true);
  const page = offline();
  await page.start(true);
  await vi.waitFor(() => expect(page.state).toBe('ready'));
  return page;
}

async function updatable(): Promise<{ page: Offline; newer: FakeWorker }> {
  const page = await ready();
  const newer = new FakeWorker(false);
  registration.install(newer, 'waiting');
  await vi.waitFor(() => expect(page.state).toBe('update'));
  return { page, newer };
}

test('registers the worker, whose script comes from the server each time', async () => {
  const page = offline();
  expect(page.state).toBe('none');
  await page.start(true);
  expect(register.mock.calls).toEqual([['/sw.js', { scope: '/', updateViaCache: 'none' }]]);
  expect(page.state).toBe('none');
  registration.install(new FakeWorker(true), 'active');
  await vi.waitFor(() => expect(page.state).toBe('ready'));
  expect(page.offered).toBe(false);
});

test.each(['/a/', '/index.html'])('not on a page at %s', async (path) => {
  history.replaceState(null, '', path);
  await offline().start(true);
  expect(register).not.toHaveBeenCalled();
});

test('without service workers, or where they are refused, the page goes on', async () => {
  for (const container of [
    () => undefined,
    () => {
      throw new DOMException('no', 'SecurityError');
    },
  ]) {
    const page = new Offline(container, reload);
    await page.start(true);
    expect(page.state).toBe('none');
  }
  register.mockRejectedValue(new TypeError('no'));
  const page = offline();
  await page.start(true);
  expect(page.state).toBe('none');
});

test('under Trusted Types the address is of the policy tincan-worker, which allows no other', async () => {
  let rules: { createScriptURL: (url: string) => string } | undefined;
  const createPolicy = vi.fn((_name: string, given: typeof rules) => {
    rules = given;
    return { createScriptURL: (url: string) => ({ trusted: given?.createScriptURL(url) }) };
  });
  vi.stubGlobal('trustedTypes', { createPolicy });
  await offline().start(true);
  expect(createPolicy.mock.calls.map(([name]) => name)).toEqual(['tincan-worker']);
  expect(register.mock.calls[0]?.[0]).toEqual({ trusted: '/sw.js' });
  for (const url of ['', 'sw.js', '/sw.js?x', '/sw.js#', '//other/sw.js', 'https://other/sw.js', 'data:,']) {
    expect(() => rules?.createScriptURL(url)).toThrow(TypeError);
  }
});

test('a page that is not wanted offline registers nothing and ends a worker of ours', async () => {
  const names = new Set(['tincan-page-1', 'tincan-notes', 'other']);
  vi.stubGlobal('caches', {
    keys: () => Promise.resolve([...names]),
    delete: (name: string) => Promise.resolve(names.delete(name)),
  });
  await offline().start(false);
  expect(registration.unregister).not.toHaveBeenCalled();

  controller = new FakeWorker(true);
  controller.scriptURL = new URL('/other.js', location.href).href;
  await offline().start(false);
  expect(registration.unregister).not.toHaveBeenCalled();
  expect(names.size).toBe(3);

  controller = new FakeWorker(true);
  await offline().start(false);
  expect(registration.unregister).toHaveBeenCalledOnce();
  expect([...names]).toEqual(['other']);
  expect(register).not.toHaveBeenCalled();
});

test('a newer version loads when the person says so, once', async () => {
  const { page, newer } = await updatable();
  expect(page.offered).toBe(true);
  expect(newer.heard).not.toContain('update');
  expect(reload).not.toHaveBeenCalled();
  await page.update();
  expect(newer.heard.at(-1)).toBe('update');
  expect(reload).toHaveBeenCalledOnce();
});

test('a worker that the browser has started by itself is told, too', async () => {
  const page = offline();
  registration.active = new FakeWorker(false);
  await page.start(true);
  await vi.waitFor(() => expect(page.offered).toBe(true));
  await page.update();
  expect(reload).toHaveBeenCalledOnce();
});

test('an update that fails leaves the page and its offer as they are', async () => {
  const { page, newer } = await updatable();
  newer.updates = false;
  await page.update();
  expect(reload).not.toHaveBeenCalled();
  expect(page.offered).toBe(true);
});

test('later means: not again before the page starts anew', async () => {
  const { page } = await updatable();
  page.later();
  expect(page.offered).toBe(false);
  registration.install(new FakeWorker(false), 'waiting');
  await vi.waitFor(() => expect(page.state).toBe('update'));
  expect(page.offered).toBe(false);
});

test('looks for a newer version at the start, and when it is back after hours', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await ready();
  expect(registration.update).toHaveBeenCalledTimes(1);
  const back = () => dispatchEvent(new Event('focus'));
  back();
  vi.setSystemTime(Date.now() + 3.9 * 3_600_000);
  back();
  expect(registration.update).toHaveBeenCalledTimes(1);
  vi.setSystemTime(Date.now() + 0.2 * 3_600_000);
  registration.update.mockRejectedValueOnce(new TypeError('no network'));
  back();
  back();
  expect(registration.update).toHaveBeenCalledTimes(2);
});

test('the page offers it where a reload loses nothing', async () => {
  const { page, newer } = await updatable();
  const shown = new TestPage();
  cleanup();
  render(App, { page: shown.chat, settings: shown.settings, parts, offline: page });
  await shown.started();
  expect(hasButton('Update now')).toBe(true);
  expect(screen.getByText('A new version of tincan is here.').closest('[role]')?.getAttribute('role')).toBe(
    'status',
  );

  await shown.inviting();
  expect(hasButton('Update now')).toBe(false);
  await shown.press('Cancel');
  expect(hasButton('Update now')).toBe(true);
  await shown.chat.finder.open('#iInvite');
  await shown.settled();
  expect(hasButton('Update now')).toBe(false);
  await shown.press('Cancel');

  await userEvent.click(screen.getByRole('button', { name: 'Update now' }));
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
  expect(newer.heard.at(-1)).toBe('update');
});

test('the start page says quietly that it is kept', async () => {
  const shown = new TestPage();
  cleanup();
  render(App, { page: shown.chat, settings: shown.settings, parts, offline: await ready() });
  await shown.started();
  expect(screen.queryByText('Works offline on this device.')).not.toBeNull();
});
