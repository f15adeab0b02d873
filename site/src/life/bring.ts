/** The hash of each script that comes after the first screen, by the name of its file; see plugins/integrity.ts. */
const hashes = JSON.parse(document.getElementById('integrity')?.textContent ?? '{}') as Record<
  string,
  string
>;

/** What has come or is on its way, by its address. */
const coming = new Map<string, Promise<void>>();

/**
 * Loads a part of the page that comes later. The build puts it around each import() of the page, with the files that
 * have to be there first: styles, and scripts, that part itself among them.
 *
 * An import() cannot say which hash its file must have, and under Integrity-Policy the browser loads no script
 * without one. A link can say it, and what it has brought is what the import() then finds.
 */
export async function bring<Part>(
  load: () => Promise<Part>,
  names: readonly string[] | undefined,
  from: string,
): Promise<Part> {
  await Promise.all((names ?? []).map((name) => brought(new URL(name, from))));
  return load();
}

function brought({ href, pathname }: URL): Promise<void> {
  const known = coming.get(href);
  if (known) return known;
  const link = document.createElement('link');
  const name = pathname.slice(pathname.lastIndexOf('/') + 1);
  if (name.endsWith('.css')) {
    if (
      [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')].some((one) => one.href === href)
    )
      return Promise.resolve();
    link.rel = 'stylesheet';
  } else {
    const hash = hashes[name];
    // What the first screen has loaded is there. And a browser that does not know such links knows no Integrity-Policy.
    if (hash === undefined || !link.relList.supports('modulepreload')) return Promise.resolve();
    link.rel = 'modulepreload';
    link.integrity = hash;
  }
  link.crossOrigin = '';
  link.href = href;
  const comes = new Promise<void>((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => {
      // So that it is asked for again when the person tries again.
      coming.delete(href);
      link.remove();
      reject(new TypeError(`could not load ${name}`));
    };
  });
  coming.set(href, comes);
  document.head.append(link);
  return comes;
}
