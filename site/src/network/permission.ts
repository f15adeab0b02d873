import { ifAllowed } from '../life/browser.ts';

/**
 * Watches whether the browser refuses this page the local network, and says so now and at every change. Returns
 * the function that ends the watching. Chromium knows the permission by two names, other browsers by none.
 */
export function watchLocalNetwork(tell: (refused: boolean) => void): () => void {
  // On plain http Chromium says "denied" of everything it would have to ask for, and connects all the same.
  if (!ifAllowed(() => isSecureContext, false)) return () => undefined;
  const watched: PermissionStatus[] = [];
  let ended = false;
  const changed = () => tell(watched.some(({ state }) => state === 'denied'));
  for (const name of ['local-network', 'local-network-access']) {
    ask(name).then(
      (status) => {
        if (ended) return;
        watched.push(status);
        status.addEventListener('change', changed);
        changed();
      },
      () => undefined,
    );
  }
  return () => {
    ended = true;
    for (const status of watched) status.removeEventListener('change', changed);
  };
}

/** Rejects where a browser knows no such permission, or lets no page ask. */
async function ask(name: string): Promise<PermissionStatus> {
  return navigator.permissions.query({ name: name as PermissionName });
}
