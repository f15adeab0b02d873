/* What jsdom lacks and the page uses. */

// Not where a test is of the build, without a page.
if (typeof document !== 'undefined') {
  // jsdom lays nothing out, so there is nowhere to scroll to.
  Element.prototype.scrollIntoView = () => undefined;
  Range.prototype.getBoundingClientRect = () => document.body.getBoundingClientRect();

  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };

  globalThis.ResizeObserver = class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };

  Object.assign(globalThis, {
    isSecureContext: true,
    CSS: { supports: () => true },
    // A computer with a mouse.
    matchMedia: (query: string) => ({ matches: query === '(any-pointer: fine)' }),
  });
}
