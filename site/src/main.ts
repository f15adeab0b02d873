// First, so that the secret is out of the address bar; see scrub.ts.
import { onFragment, takeFragment } from './scrub.ts';

import './look/tokens.css';
import './look/base.css';

import { mount } from 'svelte';
import App from './app/App.svelte';
import { claim, readKept } from './life/kept.ts';
import { askForPage, markedPending, type Mark } from './life/pending.ts';
import { ifAllowed, readLanguages } from './life/browser.ts';
import { Page } from './app/page.svelte.ts';
import { defaultNetwork, engineConfig, hostAnswers, loadConfig, pageMailbox } from './engine/config.ts';
import { missingFeature, startEngine } from './engine/engine.ts';
import { engineBytes } from './engine/generated/engine-size.ts';
import wasmUrl from './engine/generated/engine.wasm?url';
import workerUrl from './engine/worker.ts?worker&url';
import { preferred, speak } from './language/language.svelte.ts';
import { Offline } from './life/offline.svelte.ts';
import { Settings } from './settings/settings.svelte.ts';
import { ReplyTabs } from './meet/tabs.ts';

const page = new Page((reply, answered) => {
  if (tabs) tabs.ask(reply, answered);
  else answered('nobody');
}, hostAnswers);
// Where site data is blocked, tabs may not talk to each other.
const tabs = ifAllowed(() => new ReplyTabs((reply) => page.finder.offer(reply)), undefined);
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
  props: { page, settings, parts, offline },
});

/** The whole link again, as it was opened: where it leads says whose mailbox takes the reply. */
function link(fragment: string): string {
  return `${location.origin}${location.pathname}#${fragment}`;
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
  const loading = loadConfig();
  try {
    const starting = loading.then((loaded) => engineConfig(loaded, location));
    const program = {
      wasmUrl,
      wasmBytes: engineBytes,
      workerUrl,
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
