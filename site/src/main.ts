// First, so that the secret is out of the address bar; see scrub.ts.
import { onFragment, takeFragment } from './scrub.ts';

import './look/tokens.css';
import './look/base.css';

import { mount } from 'svelte';
import App from './app/App.svelte';
import { claim, readKept } from './life/kept.ts';
import { askForPage, markedPending, type Mark } from './life/pending.ts';
import { ifAllowed, readLanguages } from './life/browser.ts';
import { fromDisk } from './life/file.ts';
import { Page } from './app/page.svelte.ts';
import { defaultNetwork, engineConfig, pageMailbox, readSite } from './engine/config.ts';
import { engineFor, missingFeature, startEngine } from './engine/engine.ts';
import { engineBytes } from './engine/generated/engine-size.ts';
import { source } from './engine/source.ts';
import { preferred, speak } from './language/language.svelte.ts';
import { Offline } from './life/offline.svelte.ts';
import { Settings } from './settings/settings.svelte.ts';
import { ReplyTabs } from './meet/tabs.ts';

const page = new Page((reply, answered) => {
  if (tabs) tabs.ask(reply, answered);
  else answered('nobody');
}, source.hostAnswers);
// Where site data is blocked, tabs may not talk to each other.
const tabs = ifAllowed(
  () => (fromDisk() ? undefined : new ReplyTabs((reply) => page.finder.offer(reply))),
  undefined,
);
const offline = new Offline();

const opened = takeFragment();
const gone = markedPending();
const settings = new Settings();
const kept = settings.chosen.outlive ? readKept() : undefined;
if (kept) {
  page.return.begins(kept);
  void claim(kept.ticket, gone ?? { pending: 'chat', page: '' }, (mine) => page.return.claimed(mine));
}
if (opened !== '') void page.finder.open(link(opened));
onFragment((fragment) => void page.finder.open(link(fragment)));

const parts = import('./app/parts.ts');
void start();
// The page is in English until a language that takes longer to load has come.
const spoken = Promise.race([
  speak(settings.chosen.language ?? preferred(readLanguages())).catch(() => undefined),
  new Promise((resolve) => setTimeout(resolve, 1_000)),
]);
if (gone && !kept) await told(gone);
await spoken;
mount(App, {
  target: document.getElementById('app') ?? document.body,
  props: { page, settings, parts, offline, onsite: fromDisk() ? begins : undefined },
});

/** The whole link again, as it was opened: where it leads says whose mailbox takes the reply. A file has none. */
function link(fragment: string): string {
  return fromDisk() ? fragment : `${location.origin}${location.pathname}#${fragment}`;
}

/**
 * The links of a page that was opened from a disk begin with this address from now on, or are bare codes where it is
 * empty. Says false for what is no address.
 */
function begins(text: string): boolean {
  const site = text.trim() === '' ? '' : readSite(text);
  if (site === undefined) return false;
  const config = { site, loopback: false, mailbox: '' };
  void Promise.all([engineFor(config), parts]).then(([engine, { converse }]) =>
    page.started(engine, converse, config, page.network.defaults),
  );
  return true;
}

/** Says what this page took with it when it went, unless it is still there and this is a copy of its tab. */
function told(mark: Mark): Promise<void> {
  return new Promise((resolve) => {
    askForPage(mark, (there) => {
      if (there) page.away.notEnded();
      else if (page.screen === 'home' && !page.busy) page.away.ended(mark.pending);
      resolve();
    });
  });
}

async function start(): Promise<void> {
  const missing = missingFeature();
  if (missing) {
    page.unusable(missing);
    return;
  }
  const loading = source.config();
  try {
    const starting = loading.then((loaded) => engineConfig(loaded, location));
    const program = {
      openWasm: source.engine,
      wasmBytes: engineBytes,
      workerUrl: source.worker,
      loadGo: () => import('./engine/generated/wasm_exec.js'),
    };
    const heard = {
      onprogress: (part: number) => page.progressed(part),
      onstopped: () => page.unusable('stopped'),
    };
    // Somebody who opened a link, or comes back to a chat, waits for the engine already.
    const engine = await startEngine(program, starting, heard, opened !== '' || kept !== undefined);
    addEventListener('pagehide', () => page.away.pageHidden());
    addEventListener('pageshow', () => page.away.pageShown());
    const [loaded, config, { converse }] = await Promise.all([loading, starting, parts]);
    await page.started(
      engine,
      converse,
      config,
      defaultNetwork(loaded, config),
      pageMailbox(loaded, config),
      loaded.unread,
    );
  } catch {
    page.unusable('load');
  }
  // Last, so that what is kept does not delay what is shown; and where that failed, too: an update may help.
  await offline.start((await loading).offline);
}
