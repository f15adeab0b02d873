import { cleanup, screen, within } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { english } from '../language/english.ts';
import { FakeEngine } from '../../test/fake-engine.ts';
import { button, TestPage } from '../../test/page.ts';
import { command, ownFiles, readBuild, readText } from './build.ts';

const script = 'https://chat.example/tincan/assets/parts-aaaaaaaa.js';
const manifest = JSON.stringify({
  version: 'v1.0.0',
  files: { 'assets/parts-aaaaaaaa.js': '', 'sw.js': '' },
});

/** What the host answers, by the end of the address. */
let answers: Record<string, Response>;

beforeEach(() => {
  answers = { 'tincan.json': new Response(manifest), 'notices.txt': new Response('MIT License') };
  vi.stubGlobal('fetch', async (address: URL) => {
    const name = Object.keys(answers).find((end) => address.pathname.endsWith(end));
    return answers[name ?? '']?.clone() ?? new Response('', { status: 404 });
  });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test('the build is the one of the manifest, by the hash of all of it', async () => {
  const engine = new FakeEngine();
  const digest = vi.spyOn(engine, 'digest');
  expect(await readBuild(engine, [script])).toEqual({ version: 'v1.0.0', hash: 'f'.repeat(64) });
  expect(digest).toHaveBeenCalledWith(manifest);
});

test('a page of another build than the host serves now has none to tell', async () => {
  expect(await readBuild(new FakeEngine(), [script.replace('aaaaaaaa', 'bbbbbbbb')])).toBeUndefined();
});

test('nor has one of which the host serves a part alone, such as all but the engine and the script that names it', async () => {
  document.head.innerHTML =
    '<script src="/assets/main-cccccccc.js"></script><link rel="stylesheet" href="/assets/main-dddddddd.css">' +
    '<link rel="icon" href="/favicon.svg"><script src="https://elsewhere.example/assets/x.js"></script>';
  const mine = ownFiles();
  document.head.replaceChildren();
  expect(mine).toEqual(
    ['main-cccccccc.js', 'main-dddddddd.css'].map((name) => `${location.origin}/assets/${name}`),
  );
  expect(await readBuild(new FakeEngine(), [script, ...mine])).toBeUndefined();
});

test.each([
  ['nothing', new Response('', { status: 404 })],
  ['a page for every name', new Response('{}', { headers: { 'Content-Type': 'text/html; charset=utf-8' } })],
  ['no JSON', new Response('<!doctype html>')],
  ['too much', new Response(' '.repeat(4_000_001))],
])('a host that has %s there', async (_, answer) => {
  answers['tincan.json'] = answer;
  await expect(readBuild(new FakeEngine(), [script])).rejects.toThrow();
});

test('the command names the address of the page, and nothing that stands behind it', () => {
  history.replaceState(null, '', '/index.html?x=1#secret');
  expect(command()).toBe(`tincan verify ${location.origin}/`);
});

async function about(): Promise<TestPage> {
  const page = await TestPage.open();
  await page.press('Settings');
  await page.user.click(screen.getByText(english.build));
  return page;
}

test('Settings shows how to check the page, and what others have written of it', async () => {
  const page = await about();
  expect(screen.getByLabelText(english.buildCheck)).toHaveProperty('value', command());
  expect(await screen.findByText(english.newVersion)).toBeTruthy(); // no manifest has the script of a test
  await page.user.click(button(english.notices));
  const text = await screen.findByRole('region', { name: english.notices });
  expect(text.textContent).toBe('MIT License');
  await page.user.click(
    within(screen.getByRole('dialog', { name: english.notices })).getByText(english.close),
  );
  expect(screen.queryByRole('region', { name: english.notices })).toBeNull();
});

test('who looks before the engine is there is told when it is', async () => {
  cleanup();
  const page = new TestPage();
  await screen.findByRole('button', { name: 'Settings' });
  await page.press('Settings');
  await page.user.click(screen.getByText(english.build));
  expect(screen.queryByText(english.newVersion)).toBeNull();
  await page.started();
  expect(await screen.findByText(english.newVersion)).toBeTruthy();
});

test('what does not load is told, and can be asked for again', async () => {
  const { 'notices.txt': there } = answers;
  answers = {};
  const page = await about();
  await screen.findByText(english.notLoaded);
  await page.user.click(button(english.notices));
  expect(await screen.findAllByText(english.notLoaded)).toHaveLength(2);
  if (there) answers['notices.txt'] = there;
  await page.user.click(button(english.notices));
  await screen.findByRole('region', { name: english.notices });
});

test('nobody is asked before somebody wants to know', async () => {
  const asked = vi.fn(async () => new Response('', { status: 404 }));
  const page = await TestPage.open();
  vi.stubGlobal('fetch', asked);
  await page.press('Settings');
  expect(asked).not.toHaveBeenCalled();
  await expect(readText('notices.txt')).rejects.toThrow('notices.txt: status 404');
});
