/**
 * Watches whether the browser refuses this page the local network, and says so now and at every change. Returns
 * the function that ends the watching. Chromium knows the permission by two names, other browsers by none.
 */
export function watchLocalNetwork(tell: (refused: boolean) => void): () => void {
  // On plain http Chromium says "denied" of everything it would have to ask for, and connects all the same.
  if (!isSecureContext || !('permissions' in navigator)) return () => undefined;
  const watched: PermissionStatus[] = [];
  let ended = false;
  const changed = () => tell(watched.some(({ state }) => state === 'denied'));
  for (const name of ['local-network', 'local-network-access']) {
    navigator.permissions.query({ name: name as PermissionName }).then(
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
