// First, so that the secret is out of the address bar; see scrub.ts.
import { onFragment, takeFragment } from './scrub.ts';

import './tokens.css';
import './base.css';

import { mount } from 'svelte';
import App from './App.svelte';
import { ChatState } from './chat.svelte.ts';
import { engineConfig, loadConfig } from './config.ts';
import { missingFeature, startEngine } from './engine.ts';
import { engineBytes } from './generated/engine-size.ts';
import wasmUrl from './generated/engine.wasm?url';
import { ReplyTabs } from './tabs.ts';

const chat = new ChatState((reply, answered) => tabs.ask(reply, answered));
const tabs = new ReplyTabs((reply) => chat.offer(reply));

const opened = takeFragment();
if (opened !== '') void chat.open(opened);
onFragment((fragment) => void chat.open(fragment));

mount(App, { target: document.getElementById('app') ?? document.body, props: { chat } });
void start();

async function start(): Promise<void> {
  const missing = missingFeature();
  if (missing) {
    chat.unusable(missing);
    return;
  }
  try {
    const config = loadConfig().then((loaded) => engineConfig(loaded, location));
    const parts = {
      wasmUrl,
      wasmBytes: engineBytes,
      loadGo: () => import('./generated/wasm_exec.js'),
    };
    const engine = await startEngine(parts, config, {
      onevent: (event) => chat.apply(event),
      onprogress: (part) => chat.progressed(part),
      onstopped: () => chat.unusable('stopped'),
    });
    // The other person is told, where there is still time for it.
    addEventListener('pagehide', () => void engine.close());
    await chat.started(engine, await config);
  } catch {
    chat.unusable('load');
  }
}
