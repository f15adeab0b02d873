import { afterEach, expect, test, vi } from 'vitest';
import { Stick } from '../src/stick.svelte.ts';

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
