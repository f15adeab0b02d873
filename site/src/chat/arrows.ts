import type { Place } from '../search/show.ts';

/** For so many frames at most a row is waited for that has to be made. */
const patience = 60;

/** The messages that are on the page, oldest first. */
function messagesIn(box: HTMLElement): HTMLElement[] {
  return [...box.querySelectorAll<HTMLElement>('.message[tabindex]')];
}

/**
 * Moves the focus from message to message by the arrow keys, and by Escape to where one writes. The history is one stop
 * of Tab: from there the first arrow leads to the newest message in sight.
 */
export function moveByArrows(event: KeyboardEvent, box: HTMLElement): void {
  const { key, target, ctrlKey, altKey, metaKey, shiftKey } = event;
  const step = key === 'ArrowUp' ? -1 : key === 'ArrowDown' ? 1 : 0;
  if (ctrlKey || altKey || metaKey || shiftKey || !(target instanceof HTMLElement)) return;
  if (target.matches('input, textarea, audio, video') || target.closest('dialog')) return;
  if (key === 'Escape') document.querySelector<HTMLElement>('[data-focus]')?.focus();
  if (step === 0) return;
  const all = messagesIn(box);
  const at = all.findIndex((message) => message.contains(target));
  const next = at < 0 ? inSight(all, box) : all[at + step];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

/** The last of these that ends in sight. */
function inSight(all: readonly HTMLElement[], box: HTMLElement): HTMLElement | undefined {
  const { bottom } = box.getBoundingClientRect();
  return all.findLast((message) => message.getBoundingClientRect().top < bottom) ?? all.at(-1);
}

/** Brings a message into sight, and the focus to it. */
export async function goTo({ box, bring, stay }: Place, key: string): Promise<void> {
  const find = () => messagesIn(box).find((message) => message.dataset['key'] === key);
  stay();
  if (!find()) bring(key);
  for (let frame = 0; frame < patience && !find(); frame++) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  const message = find();
  message?.focus({ preventScroll: true });
  message?.scrollIntoView({ block: 'center' });
  stay();
}
