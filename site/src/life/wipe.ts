/** How long the engine gets to tell the other person goodbye, and the browser to close notifications; in milliseconds. */
const patience = 300;

/**
 * Leaves nothing of the page: what it remembered on this device, and then itself. `closing`: the engine ends the chat
 * and overwrites its keys, notifications go, and files that lie in the browser's storage. What was on screen must be
 * gone already.
 */
export async function wipePage(closing: Promise<unknown>): Promise<void> {
  forgetAll();
  await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, patience))]);
  // It is done once more, for what has ended meanwhile may have left a note.
  forgetAll();
  // A blank page takes the place of this one, also in the history of the tab.
  location.replace('about:blank');
}

function forgetAll(): void {
  for (const storage of ['localStorage', 'sessionStorage'] as const) {
    try {
      const kept = globalThis[storage];
      for (const key of Object.keys(kept)) if (key.startsWith('tincan-')) kept.removeItem(key);
    } catch {
      // A browser that keeps nothing has nothing to forget.
    }
  }
}
