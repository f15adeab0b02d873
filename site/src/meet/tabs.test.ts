import { afterEach, expect, test, vi } from 'vitest';
import { answerWithin, ReplyTabs, type Whose } from './tabs.ts';

const open: ReplyTabs[] = [];

type Offer = (reply: string) => Promise<Whose | undefined>;

function tab(offer: Offer): ReplyTabs {
  const made = new ReplyTabs(offer);
  open.push(made);
  return made;
}

afterEach(() => {
  for (const made of open.splice(0)) made.close();
  vi.useRealTimers();
});

const never = () => Promise.resolve(undefined);
/** Takes one reply and knows no other. */
const takes = (own: string) => (reply: string) =>
  Promise.resolve<Whose | undefined>(reply === own ? 'taken' : undefined);

test('of two waiting tabs only the one the reply opens in takes it', async () => {
  const first = vi.fn(takes('rFirst'));
  const second = vi.fn(takes('rSecond'));
  tab(first);
  tab(second);
  const answered = vi.fn();
  tab(never).ask('rSecond', answered);
  await vi.waitFor(() => expect(answered).toHaveBeenCalled());
  expect(answered.mock.calls).toEqual([['taken']]);
  await expect(first.mock.results[0]?.value).resolves.toBe(undefined);
  await expect(second.mock.results[0]?.value).resolves.toBe('taken');
});

test('an answer goes to the tab that asked, and to no other', async () => {
  tab(takes('rMine'));
  const mine = vi.fn();
  const other = vi.fn();
  tab(never).ask('rOther', other);
  tab(never).ask('rMine', mine);
  await vi.waitFor(() => expect(mine).toHaveBeenCalledWith('taken'));
  expect(other).not.toHaveBeenCalledWith('taken');
});

test('nobody answers: told after a second, not before', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  tab(never);
  const answered = vi.fn();
  tab(never).ask('rLost', answered);
  await vi.advanceTimersByTimeAsync(answerWithin - 1);
  expect(answered).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(answered.mock.calls).toEqual([['nobody']]);
});

test('a slow tab still gets to say that it took the reply', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let take: (whose: Whose) => void = () => undefined;
  tab(() => new Promise((resolve) => (take = resolve)));
  const answered = vi.fn();
  tab(never).ask('rSlow', answered);
  await vi.advanceTimersByTimeAsync(answerWithin);
  take('taken');
  vi.useRealTimers();
  await vi.waitFor(() => expect(answered.mock.calls).toEqual([['nobody'], ['taken']]));
});

test('a tab whose invite is spent says so to the one that asks', async () => {
  tab(takes('rOther'));
  tab((reply) => Promise.resolve(reply === 'rLate' ? 'used' : undefined));
  const answered = vi.fn();
  tab(never).ask('rLate', answered);
  await vi.waitFor(() => expect(answered).toHaveBeenCalled());
  expect(answered.mock.calls).toEqual([['used']]);
});

test('what another version of the page answers is no answer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const channel = new BroadcastChannel('tincan-reply');
  const asked = new Promise<string>((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<{ id: string }>) => resolve(data.id);
  });
  const answered = vi.fn();
  tab(never).ask('rMine', answered);
  const id = await asked;
  for (const type of ['nobody', 'opened', 'second', '', 1, undefined]) channel.postMessage({ type, id });
  channel.postMessage({ type: 'used', id: `${id}x` });
  await vi.advanceTimersByTimeAsync(answerWithin);
  expect(answered.mock.calls).toEqual([['nobody']]);
  channel.close();
});

test.each([
  ['a text', 'ask'],
  ['nothing', null],
  ['no id', { type: 'ask', reply: 'r' }],
  ['no reply', { type: 'ask', id: 'a' }],
  ['a reply of another type', { type: 'ask', id: 'a', reply: 1 }],
  ['far too much', { type: 'ask', id: 'a', reply: 'r'.repeat(5000) }],
  ['a little too much', { type: 'ask', id: 'a', reply: 'r'.repeat(513) }],
  ['another type', { type: 'tell', id: 'a', reply: 'r' }],
])('%s on the channel is not offered', async (_name, data) => {
  const offer = vi.fn(never);
  tab(offer);
  const channel = new BroadcastChannel('tincan-reply');
  channel.postMessage(data);
  // A well-formed one after it shows that the one before has been through.
  channel.postMessage({ type: 'ask', id: 'b', reply: 'rAfter' });
  await vi.waitFor(() => expect(offer).toHaveBeenCalledWith('rAfter'));
  expect(offer).toHaveBeenCalledTimes(1);
  channel.close();
});

test('of a flood of offers a few are tried, one at a time, and the next after it', async () => {
  let busy = 0;
  const offer = vi.fn(async (reply: string) => {
    expect((busy += 1)).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    busy -= 1;
    return reply === 'rMine' ? 'taken' : undefined;
  });
  tab(offer);
  const answered = vi.fn();
  const asking = tab(never);
  const channel = new BroadcastChannel('tincan-reply');
  for (let n = 0; n < 5_000; n += 1)
    channel.postMessage({ type: 'ask', id: `f${n}`, reply: `r${n}`.padEnd(500, 'A') });
  await vi.waitFor(() => expect(offer).toHaveBeenCalledTimes(5), { timeout: 5_000 });
  await vi.waitFor(() => expect(busy).toBe(0));
  asking.ask('rMine', answered);
  await vi.waitFor(() => expect(answered).toHaveBeenCalledWith('taken'), { timeout: 5_000 });
  expect(offer).toHaveBeenCalledTimes(6);
  channel.close();
});

test('several asked at once are tried one after the other', async () => {
  const offer = vi.fn(takes('rThird'));
  tab(offer);
  const asking = tab(never);
  const answered = vi.fn();
  asking.ask('rFirst', never);
  asking.ask('rSecond', never);
  asking.ask('rThird', answered);
  await vi.waitFor(() => expect(answered).toHaveBeenCalledWith('taken'));
  expect(offer.mock.calls.map(([reply]) => reply)).toEqual(['rFirst', 'rSecond', 'rThird']);
});

test.each(['back', 'own'] as const)('a repair: %s wins over a tab whose chat needs none', async (whose) => {
  tab(() => Promise.resolve('needless'));
  tab(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return whose;
  });
  const answered = vi.fn();
  tab(never).ask('oTheirs', answered);
  await vi.waitFor(() => expect(answered).toHaveBeenCalled());
  expect(answered.mock.calls).toEqual([[whose]]);
});

test('a repair that no tab knows, while one is connected: told after a second, and a slow tab still says more', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let take: (whose: Whose) => void = () => undefined;
  tab(() => Promise.resolve('needless'));
  tab(() => new Promise((resolve) => (take = resolve)));
  const answered = vi.fn();
  tab(never).ask('oTheirs', answered);
  await vi.advanceTimersByTimeAsync(answerWithin - 1);
  expect(answered).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(answered.mock.calls).toEqual([['needless']]);
  vi.useRealTimers();
  take('back');
  await vi.waitFor(() => expect(answered).toHaveBeenCalledTimes(2));
  expect(answered).toHaveBeenLastCalledWith('back');
});
