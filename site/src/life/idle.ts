/** How long the browser may be busy before what waits for it is begun all the same; in milliseconds. */
export const idleWithin = 500;

/** By which a person is known to be about to do something. */
const touches = ['pointerdown', 'keydown', 'focusin'] as const;

/** Resolves when the browser has nothing else to do, or the person touches the page, whichever is first. */
export function idleOrTouched(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const type of touches) removeEventListener(type, done, true);
      resolve();
    };
    for (const type of touches) addEventListener(type, done, { capture: true, passive: true });
    try {
      requestIdleCallback(done, { timeout: idleWithin });
    } catch {
      // Safari has none.
      void nextTask().then(done);
    }
  });
}

/** Lets the browser paint, and hear the person, between two long steps. It is no timer: those are slow in a tab that nobody sees. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
