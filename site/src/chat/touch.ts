/** A finger that rests for so long wants to see what can be done, in milliseconds. */
const long = 500;
/** So far it may move meanwhile, and so far it moves to the side for a reply; in pixels. */
const still = 10;
const far = 64;

interface Gestures {
  /** A finger has rested on it. */
  onlong: () => void;
  /** A finger has moved it aside and let go. */
  onaside?: (() => void) | undefined;
}

/** What fingers do with a message besides tapping it. A mouse has buttons of its own for that. */
export function touch(gestures: () => Gestures): (node: HTMLElement) => () => void {
  return (node) => {
    let from: { x: number; y: number } | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = () => {
      clearTimeout(timer);
      from = undefined;
      node.style.translate = '';
    };
    const handlers = {
      pointerdown: (event: PointerEvent) => {
        over();
        if (event.pointerType !== 'touch' || !event.isPrimary) return;
        // What is dragged in there is something else.
        if (event.target instanceof Element && event.target.closest('input, audio, video, dialog')) return;
        from = { x: event.clientX, y: event.clientY };
        timer = setTimeout(() => {
          over();
          // A link that was held opens a menu of the browser's.
          if (event.target instanceof Element && event.target.closest('a, button, input, audio')) return;
          gestures().onlong();
        }, long);
      },
      pointermove: (event: PointerEvent) => {
        if (!from) return;
        const [x, y] = [event.clientX - from.x, event.clientY - from.y];
        if (Math.hypot(x, y) > still) clearTimeout(timer);
        if (Math.abs(y) > Math.abs(x) && Math.abs(y) > still) over();
        else if (gestures().onaside && Math.abs(x) > still) {
          node.style.translate = `${Math.max(-far, Math.min(far, x))}px`;
        }
      },
      pointerup: (event: PointerEvent) => {
        const aside = from !== undefined && Math.abs(event.clientX - from.x) >= far;
        over();
        if (aside) gestures().onaside?.();
      },
      pointercancel: over,
    };
    const list = Object.entries(handlers) as [keyof typeof handlers, (event: PointerEvent) => void][];
    for (const [name, heard] of list) node.addEventListener(name, heard);
    return () => {
      over();
      for (const [name, heard] of list) node.removeEventListener(name, heard);
    };
  };
}
