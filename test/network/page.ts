/** What is asked of a page. Names are those that a screen reader reads out. */
export type Ask =
  /** Wait for a button that can be pressed. */
  | { verb: 'enabled'; name: string }
  /** Press a button, once that is possible. */
  | { verb: 'press'; name: string }
  /** Write into a field. */
  | { verb: 'fill'; name: string; text: string }
  /** Choose one of several, or switch something on. */
  | { verb: 'choose'; name: string }
  /** Read a field, once something is in it. */
  | { verb: 'read'; name: string }
  /** Wait for one of these texts, anywhere; for all the text, where one of them is empty. */
  | { verb: 'see'; any: string[] }
  /** Wait for one of these, as the status of the chat. */
  | { verb: 'status'; any: string[] };

/**
 * Runs inside of the page, whichever the browser: does what it is asked for as soon as it can, and says what it
 * found and when. It wakes when the page changes, which unlike a timer no browser slows down in the background.
 */
export function inPage(ask: Ask): Promise<{ at: number; found: string }> {
  const button = (name: string) =>
    [...document.querySelectorAll('button')].find(
      (each) => !each.disabled && (each.getAttribute('aria-label') ?? each.textContent?.trim()) === name,
    );
  const field = (name: string) =>
    [...document.querySelectorAll('textarea')].find(
      (each) => (each.getAttribute('aria-label') ?? each.labels[0]?.textContent?.trim()) === name,
    );
  const look = (): string | undefined => {
    switch (ask.verb) {
      case 'enabled':
        return button(ask.name) && '';
      case 'press': {
        const found = button(ask.name);
        found?.click();
        return found && '';
      }
      case 'fill': {
        const found = field(ask.name);
        if (found) {
          found.value = ask.text;
          found.dispatchEvent(new Event('input', { bubbles: true }));
        }
        return found && '';
      }
      case 'choose': {
        const all = [...document.querySelectorAll<HTMLInputElement>('input[type=radio], input[role=switch]')];
        const found = all.find(
          (each) => !each.disabled && each.labels?.[0]?.textContent?.trim() === ask.name,
        );
        found?.click();
        return found && '';
      }
      case 'read':
        return field(ask.name)?.value || undefined;
      case 'see': {
        const all = document.body.innerText;
        const found = ask.any.find((text) => all.includes(text));
        return found === '' ? all : found;
      }
      case 'status': {
        const all = [...document.querySelectorAll('[role=status]')].map((each) => each.textContent?.trim());
        return ask.any.find((text) => all.includes(text));
      }
    }
  };
  return new Promise((resolve) => {
    const check = () => {
      const found = look();
      if (found === undefined) return;
      observer.disconnect();
      resolve({ at: Date.now(), found });
    };
    const observer = new MutationObserver(check);
    observer.observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
    check();
  });
}
