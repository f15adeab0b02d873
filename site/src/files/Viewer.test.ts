import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import Viewer from './Viewer.svelte';
import { english as texts } from '../language/english.ts';

const [width, height] = [800, 600];

/** jsdom lays nothing out: the window is as large as the picture. */
beforeEach(() => {
  for (const [name, value] of Object.entries({
    clientWidth: width,
    clientHeight: height,
    offsetWidth: width,
    offsetHeight: height,
  })) {
    vi.spyOn(HTMLElement.prototype, name as 'offsetWidth', 'get').mockReturnValue(value);
  }
  vi.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockReturnValue({
    ...{ x: 0, y: 0, width, height, left: 0, top: 0, right: width, bottom: height },
    toJSON: () => '',
  });
});
afterEach(cleanup);

function show(onsave?: () => void) {
  const onclose = vi.fn();
  const given = { src: 'blob:a', name: 'cat.jpg', width, height, onclose, onsave };
  return { onclose, ...render(Viewer, given) };
}

const picture = () => screen.getByRole('presentation');
const ground = () => picture().parentElement as HTMLElement;
const button = (name: string) => screen.getByRole('button', { name });

/** How large the picture is shown, and how far from the middle. */
function shown(): { scale: number; x: number; y: number } {
  const [x = NaN, y = NaN, scale = NaN] = [...picture().style.transform.matchAll(/-?[\d.]+/g)].map(Number);
  return { scale, x, y };
}

function point(
  type: 'Down' | 'Move' | 'Up',
  clientX: number,
  clientY: number,
  pointerId = 1,
  target = picture(),
) {
  return fireEvent(
    target,
    new PointerEvent(`pointer${type.toLowerCase()}`, {
      ...{ clientX, clientY, pointerId, button: 0, bubbles: true },
    }),
  );
}

async function tap(x: number, y: number): Promise<void> {
  await point('Down', x, y);
  await point('Up', x, y);
}

describe('the viewer', () => {
  test('is a dialog with the name of the picture, which is read out first', () => {
    show();
    expect(screen.getByRole('dialog', { name: 'cat.jpg' })).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'cat.jpg' }));
    expect(picture().getAttribute('src')).toBe('blob:a');
    expect(shown()).toEqual({ scale: 1, x: 0, y: 0 });
  });

  test('gives the focus back', () => {
    const before = document.body.appendChild(document.createElement('button'));
    before.focus();
    const { unmount } = show();
    expect(document.activeElement).not.toBe(before);
    unmount();
    expect(document.activeElement).toBe(before);
    before.remove();
  });

  test('is closed by its button, by Escape and beside the picture, and not on it', async () => {
    const { onclose } = show();
    await fireEvent.click(picture());
    expect(onclose).not.toHaveBeenCalled();
    await fireEvent.click(button(texts.close));
    expect(onclose).toHaveBeenCalledTimes(1);
    const cancel = new Event('cancel', { cancelable: true });
    await fireEvent(screen.getByRole('dialog'), cancel);
    expect(onclose).toHaveBeenCalledTimes(2);
    expect(cancel.defaultPrevented).toBe(true);
    await fireEvent.click(ground());
    expect(onclose).toHaveBeenCalledTimes(3);
  });

  test('is not closed by a picture that was dragged', async () => {
    const { onclose } = show();
    await point('Down', 10, 10, 1, ground());
    await point('Move', 60, 10, 1, ground());
    await point('Up', 60, 10, 1, ground());
    await fireEvent.click(ground());
    expect(onclose).not.toHaveBeenCalled();
  });

  test('saves where it can', async () => {
    const { unmount } = show();
    expect(screen.queryByRole('button', { name: texts.save })).toBeNull();
    unmount();
    const onsave = vi.fn();
    show(onsave);
    await fireEvent.click(button(texts.save));
    expect(onsave).toHaveBeenCalledTimes(1);
  });

  test('zooms by its buttons, up to a limit and never below all of it', async () => {
    show();
    expect(button(texts.zoomOut).getAttribute('aria-disabled')).toBe('true');
    await fireEvent.click(button(texts.zoomOut));
    expect(shown().scale).toBe(1);
    await fireEvent.click(button(texts.zoomIn));
    expect(shown().scale).toBe(1.5);
    expect(button(texts.zoomOut).getAttribute('aria-disabled')).toBe('false');
    for (let press = 0; press < 9; press++) await fireEvent.click(button(texts.zoomIn));
    expect(shown().scale).toBe(8);
    expect(button(texts.zoomIn).getAttribute('aria-disabled')).toBe('true');
    for (let press = 0; press < 9; press++) await fireEvent.click(button(texts.zoomOut));
    expect(shown()).toEqual({ scale: 1, x: 0, y: 0 });
  });

  test('zooms and moves by keys, and leaves those of the browser alone', async () => {
    const user = userEvent.setup();
    show();
    await user.keyboard('{ArrowRight}');
    expect(shown()).toEqual({ scale: 1, x: 0, y: 0 });
    await user.keyboard('+');
    expect(shown().scale).toBe(1.5);
    await user.keyboard('=');
    expect(shown().scale).toBe(2.25);
    await user.keyboard('{ArrowRight}{ArrowDown}');
    expect(shown()).toEqual({ scale: 2.25, x: -120, y: -90 });
    // No side of the picture comes into the window.
    await user.keyboard('{ArrowLeft>20/}{ArrowUp>20/}');
    expect(shown()).toEqual({ scale: 2.25, x: 500, y: 375 });
    await user.keyboard('-');
    expect(shown().scale).toBe(1.5);
    await user.keyboard('{Control>}+{/Control}');
    expect(shown().scale).toBe(1.5);
    await user.keyboard('0');
    expect(shown()).toEqual({ scale: 1, x: 0, y: 0 });
  });

  test('zooms by a wheel, to what is under the mouse', async () => {
    show();
    const wheel = (deltaY: number, more = {}) =>
      new WheelEvent('wheel', {
        ...{ deltaY, clientX: 600, clientY: 300, bubbles: true, cancelable: true, ...more },
      });
    const event = wheel(-100);
    await fireEvent(picture(), event);
    expect(event.defaultPrevented).toBe(true);
    const { scale, x, y } = shown();
    expect(scale).toBeCloseTo(Math.exp(0.3), 5);
    // 200 from the middle: what was there still is.
    expect(x + 200 * scale).toBeCloseTo(200, 5);
    expect(y).toBeCloseTo(0, 5);
    await fireEvent(picture(), wheel(1e9));
    await fireEvent(picture(), wheel(1e9));
    expect(shown()).toEqual({ scale: 1, x: 0, y: 0 });
  });

  test('zooms by two fingers, and is moved by one', async () => {
    show();
    await point('Down', 350, 300, 1);
    await point('Down', 450, 300, 2);
    await point('Down', 500, 500, 3); // says nothing
    await point('Move', 300, 300, 1);
    await point('Move', 500, 300, 2);
    await point('Move', 0, 0, 3);
    expect(shown().scale).toBeCloseTo(2, 5);
    expect(shown().x).toBeCloseTo(0, 5);
    await point('Up', 500, 300, 2);
    await point('Move', 350, 330, 1);
    expect(shown().x).toBeCloseTo(50, 5);
    expect(shown().y).toBeCloseTo(30, 5);
    await point('Up', 350, 330, 1);
    await point('Move', 0, 0, 1);
    expect(shown().x).toBeCloseTo(50, 5);
  });

  test('zooms by a double tap, and back by another', async () => {
    show();
    await tap(400, 300);
    expect(shown().scale).toBe(1);
    await tap(402, 301);
    expect(shown().scale).toBe(2.5);
    await tap(400, 300);
    await tap(400, 300);
    expect(shown()).toEqual({ scale: 1, x: 0, y: 0 });
    await tap(100, 100);
    await tap(700, 500);
    expect(shown().scale).toBe(1);
  });

  test('has the shape that the picture turns out to have', async () => {
    show();
    const ratio = () => picture().style.getPropertyValue('--ratio');
    expect(Number(ratio())).toBeCloseTo(4 / 3, 5);
    Object.defineProperty(picture(), 'naturalWidth', { value: 600 });
    Object.defineProperty(picture(), 'naturalHeight', { value: 800 });
    await fireEvent.load(picture());
    expect(Number(ratio())).toBeCloseTo(3 / 4, 5);
  });

  test('says so where the picture cannot be shown', async () => {
    show();
    await fireEvent.error(picture());
    expect(screen.getByText(texts.pictureBroken)).toBeTruthy();
    expect(screen.queryByRole('img')).toBeNull();
    await fireEvent.click(button(texts.zoomIn));
    expect(button(texts.zoomIn).getAttribute('aria-disabled')).toBe('true');
  });
});
