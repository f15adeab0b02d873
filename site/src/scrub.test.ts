import { expect, test, vi } from 'vitest';

test('takes the fragment out of the address before it is handed over, once', async () => {
  history.replaceState(null, '', '/page?x=1#iSecret');
  const length = history.length;
  const { takeFragment } = await import('./scrub.ts');
  expect(location.href).toBe(`${location.origin}/page?x=1`);
  expect(history.length).toBe(length);
  expect(takeFragment()).toBe('iSecret');
  expect(takeFragment()).toBe('');
});

test('a fragment that comes before there is a listener waits for takeFragment', async () => {
  const { takeFragment } = await import('./scrub.ts');
  location.hash = '#rEarly';
  await vi.waitFor(() => expect(location.hash).toBe(''));
  expect(takeFragment()).toBe('rEarly');
});

test('a link pasted into this tab goes to the listener, and out of the address', async () => {
  const { onFragment, takeFragment } = await import('./scrub.ts');
  const heard: string[] = [];
  onFragment((fragment) => heard.push(fragment));
  location.hash = '#rLater';
  await vi.waitFor(() => expect(heard).toEqual(['rLater']));
  expect(location.href).not.toContain('#');
  expect(takeFragment()).toBe('');
});

test('an empty fragment is nothing', async () => {
  const { onFragment } = await import('./scrub.ts');
  const heard = vi.fn();
  onFragment(heard);
  history.replaceState(null, '', '/page#');
  dispatchEvent(new HashChangeEvent('hashchange'));
  expect(heard).not.toHaveBeenCalled();
  expect(location.href).not.toContain('#');
});
