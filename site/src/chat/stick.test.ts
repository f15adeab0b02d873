import { afterEach, describe, expect, test, vi } from 'vitest';
import { Stick } from './stick.svelte.ts';

/** A scrolling box of 400 pixels; jsdom has no layout. */
function box(contentHeight: number) {
  const element = document.createElement('div');
  let height = contentHeight;
  let view = 400;
  let top = 0;
  Object.defineProperties(element, {
    scrollHeight: { get: () => height },
    clientHeight: { get: () => view },
    scrollTop: {
      configurable: true,
      get: () => top,
      set: (value: number) => (top = Math.max(0, Math.min(value, height - view))),
    },
  });
  element.append(document.createElement('div'));
  return {
    element,
    rest: () => height - view - top,
    scroll(to: number) {
      element.scrollTop = to;
      element.dispatchEvent(new Event('scroll'));
    },
    grow(by: number) {
      height += by;
      resized();
    },
    shrinkView(by: number) {
      view -= by;
      resized();
    },
  };
}

let resized: () => void = () => undefined;

vi.stubGlobal(
  'ResizeObserver',
  class {
    constructor(callback: () => void) {
      resized = callback;
    }
    observe(): void {}
    disconnect(): void {
      resized = () => undefined;
    }
  },
);

let detach: () => void = () => undefined;
afterEach(() => detach());

function stuck(contentHeight: number) {
  const stick = new Stick();
  const made = box(contentHeight);
  detach = stick.attach(made.element);
  return { stick, ...made };
}

test('starts at the end and follows what is added', () => {
  const { stick, rest, grow } = stuck(1000);
  expect(rest()).toBe(0);
  grow(300);
  expect(rest()).toBe(0);
  expect(stick.pinned).toBe(true);
});

test('a reader who scrolls up is left alone', () => {
  const { stick, rest, scroll, grow } = stuck(1000);
  scroll(500);
  expect(stick.pinned).toBe(false);
  grow(300);
  expect(rest()).toBe(400);
});

test('three pixels are rounding, four are the reader', () => {
  const { stick, scroll } = stuck(1000);
  scroll(597);
  expect(stick.pinned).toBe(true);
  scroll(592);
  expect(stick.pinned).toBe(false);
});

test('coming back near the end sticks again, moving up near it does not', () => {
  const { stick, scroll } = stuck(1000);
  scroll(560);
  expect(stick.pinned).toBe(false);
  scroll(550);
  expect(stick.pinned).toBe(false);
  scroll(545);
  scroll(548);
  expect(stick.pinned).toBe(true);
});

test('a keyboard that takes half of the height does not unstick', () => {
  const { stick, rest, shrinkView } = stuck(1000);
  shrinkView(250);
  expect(rest()).toBe(0);
  expect(stick.pinned).toBe(true);
});

test('the way back is offered beyond 200 pixels and taken away within 60', () => {
  const { stick, scroll } = stuck(2000);
  scroll(1450);
  expect(stick.away).toBe(false);
  scroll(1399);
  expect(stick.away).toBe(true);
  scroll(1500);
  expect(stick.away).toBe(true);
  scroll(1541);
  expect(stick.away).toBe(false);
});

test('jump goes to the end and stays there', () => {
  const { stick, rest, scroll, grow } = stuck(2000);
  scroll(100);
  stick.jump();
  expect(rest()).toBe(0);
  expect(stick.away).toBe(false);
  grow(100);
  expect(rest()).toBe(0);
});

test('detached, it listens no more', () => {
  const { stick, scroll } = stuck(1000);
  detach();
  scroll(100);
  expect(stick.pinned).toBe(true);
});

function wheel(element: HTMLElement, deltaY: number, more: WheelEventInit = {}) {
  element.dispatchEvent(new WheelEvent('wheel', { deltaY, ...more }));
}

function touch(element: HTMLElement, type: string, clientY: number) {
  element.dispatchEvent(Object.assign(new Event(type), { touches: [{ clientY }] }));
}

describe('what tells of a scroll before it happens', () => {
  test.each<[string, (element: HTMLElement) => void]>([
    ['a wheel', (element) => wheel(element, -1)],
    ...['PageUp', 'Home', 'ArrowUp'].map((key): [string, (element: HTMLElement) => void] => [
      key,
      (element) => element.dispatchEvent(new KeyboardEvent('keydown', { key })),
    ]),
    [
      'a finger that has moved by ten pixels',
      (element) => {
        touch(element, 'touchstart', 100);
        touch(element, 'touchmove', 110);
      },
    ],
  ])('%s lets go of the end at once', (_name, act) => {
    const { stick, element, rest, grow } = stuck(1000);
    act(element);
    expect(stick.pinned).toBe(false);
    grow(100);
    expect(rest()).toBe(100);
  });

  test.each<[string, (element: HTMLElement) => void]>([
    ['a wheel that zooms', (element) => wheel(element, -9, { ctrlKey: true })],
    ['a wheel that goes sideways', (element) => wheel(element, -1, { deltaX: 9 })],
    [
      'a finger that trembles',
      (element) => {
        touch(element, 'touchstart', 100);
        touch(element, 'touchmove', 109);
      },
    ],
    ['letters', (element) => element.dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }))],
  ])('%s does not', (_name, act) => {
    const { stick, element } = stuck(1000);
    act(element);
    expect(stick.pinned).toBe(true);
  });

  test('where there is nothing to scroll, nothing is let go', () => {
    const { stick, element } = stuck(300);
    wheel(element, -100);
    expect(stick.pinned).toBe(true);
  });

  test('a wheel up and down again at the end holds on to it', () => {
    const { stick, element } = stuck(1000);
    wheel(element, -1);
    wheel(element, 1);
    expect(stick.pinned).toBe(true);
  });
});

test('a smooth scroll up is noticed though each of its steps is small', () => {
  const { stick, scroll } = stuck(1000);
  for (const top of [598, 596, 594]) scroll(top);
  expect(stick.pinned).toBe(false);
});

test('a late event of a scroll of ours changes nothing', () => {
  const { stick, scroll, element, rest } = stuck(2000);
  scroll(100);
  stick.jump();
  element.dispatchEvent(new Event('scroll'));
  expect(stick.pinned).toBe(true);
  expect(rest()).toBe(0);
});

test('what bounces beyond the end or the start is no move', () => {
  const { stick, element } = stuck(1000);
  let top = 600;
  Object.defineProperty(element, 'scrollTop', { get: () => top, set: (value: number) => (top = value) });
  for (const to of [640, 680, 630, 600]) {
    top = to;
    element.dispatchEvent(new Event('scroll'));
    expect(stick.pinned).toBe(true);
  }
  for (const to of [300, 0, -40, -5, 0]) {
    top = to;
    element.dispatchEvent(new Event('scroll'));
  }
  expect(stick.pinned).toBe(false);
});

test('parts of pixels, as zooming leaves them, are no move', () => {
  const { stick, scroll, grow, rest } = stuck(1000.6);
  for (const top of [599.4, 600.2, 598.9]) scroll(top);
  expect(stick.pinned).toBe(true);
  grow(33.3);
  expect(rest()).toBeLessThan(1);
});

test('a list that puts its rows right above the reader does not let go of the end', () => {
  const { stick, rest, scroll, grow } = stuck(1000);
  grow(200);
  scroll(700); // by the list: 100 pixels less above, before the size is told
  expect(stick.pinned).toBe(true);
  expect(rest()).toBe(0);
});

test('content that shrinks until the end is in sight holds on to it', () => {
  const { stick, scroll, grow, rest } = stuck(2000);
  scroll(100);
  expect(stick.away).toBe(true);
  grow(-1900);
  expect(stick.pinned).toBe(true);
  expect(stick.away).toBe(false);
  grow(1500);
  expect(rest()).toBe(0);
});

test('pages by keys from elsewhere: up lets go, down to the end holds on', () => {
  const { stick, rest } = stuck(2000);
  stick.page('up');
  expect(rest()).toBe(360);
  expect(stick.pinned).toBe(false);
  stick.page('up');
  stick.page('down');
  stick.page('down');
  expect(rest()).toBe(0);
  expect(stick.pinned).toBe(true);
});
