import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { english as texts } from '../language/english.ts';
import LinkCard from './LinkCard.svelte';

const share = vi.fn<(data: ShareData) => Promise<void>>(() => Promise.resolve());
Object.defineProperty(navigator, 'share', { configurable: true, value: share });
afterEach(() => {
  cleanup();
  share.mockClear();
});

const shown = (link: string) => render(LinkCard, { label: 'Link', link, copyName: texts.copyLink });

test('a link is shared as one', async () => {
  shown('https://chat.example/#iInvite');
  expect(screen.queryByText(texts.bareCode)).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: texts.share }));
  expect(share).toHaveBeenCalledExactlyOnceWith({ url: 'https://chat.example/#iInvite' });
});

test('a code without an address is shared as a text, or browsers make an address of it, and it says what to do with it', async () => {
  shown('iInvite');
  expect(screen.getByText(texts.bareCode)).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: texts.share }));
  expect(share).toHaveBeenCalledExactlyOnceWith({ text: 'iInvite' });
});
