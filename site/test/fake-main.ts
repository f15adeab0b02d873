/* The page with the fake engine, on the screen that the address names: `npm run dev -- --mode fake`, then ?chat. */

import { converse } from '../src/chat/converse.ts';
import '../src/look/tokens.css';
import '../src/look/base.css';

import { mount, tick } from 'svelte';
import App from '../src/app/App.svelte';
import { Page } from '../src/app/page.svelte.ts';
import { en } from '../src/language/en.ts';
import { preferred, speak, use } from '../src/language/language.svelte.ts';
import { spoken } from '../src/language/sentences.ts';
import { Settings } from '../src/settings/settings.svelte.ts';
import type { FileSink, MailboxState, Network, Said } from '../../wasm/engine.d.ts';
import { FakeEngine } from './fake-engine.ts';
import { long } from './fake-long.ts';
import PlainLog from './PlainLog.svelte';

/** Where the page would be. */
/** So many messages of the other person have come. */
let theirs = 0;

const site = 'https://chat.example/';
const engine = new FakeEngine(site);
// ?chat&xx-long: the same in a language that is longer than all others, where what isn't translated shows.
const [screen = '', language] = location.search.slice(1).split('&');
// ?mailbox, ?mailbox-local, ?mailbox-join; ?mailbox-left and so on for each state of the mailbox.
const mailbox =
  screen.startsWith('mailbox') || screen === 'return-mailbox'
    ? { on: screen !== 'mailbox-off', host: 'chat.example', origins: [new URL(site).origin] }
    : undefined;
const states: readonly MailboxState[] = [
  'asked',
  'foreign',
  'over',
  'leaving',
  'left',
  'expired',
  'occupied',
  'silent',
];
/** What another tab says of a code that is opened here. */
const told = ['taken', 'used', 'back', 'needless', 'own'] as const;
const chat = new Page((_reply, answered) =>
  setTimeout(() => answered(told.find((each) => each === screen) ?? 'nobody'), 100),
);

// For driving the page from the console.
Object.assign(globalThis, { chat, engine });

const settings = new Settings();
await speak(settings.chosen.language ?? preferred(navigator.languages));
if (language === 'xx-long') use('en', spoken(long(en), 'en'));
const parts = import('../src/app/parts.ts');
const target = document.getElementById('app') ?? document.body;
const many = /^(\d+)-?(plain|talk|)$/.exec(screen);
if (many) {
  await longChat(Number(many[1]), many[2]);
} else {
  mount(App, { target, props: { page: chat, settings, parts } });
  await parts;
  await show();
  // For whoever waits to look at it; after Svelte has brought the page up to date.
  await tick();
  Object.assign(globalThis, { shown: true });
}

/**
 * ?10000: a chat with so many messages, on the page at once; ?10000-plain: in a list that keeps all on the page;
 * ?10000-talk: each tenth answers the one before, and each tenth has a reaction.
 */
async function longChat(count: number, kind = ''): Promise<void> {
  await chat.started(
    engine,
    converse,
    { site, loopback: false, mailbox: '' },
    { mode: 'all', stun: [], turn: [] },
  );
  await chat.invites.create();
  engine.open('direct');
  engine.tell({ type: 'can', files: true, talk: true });
  for (let i = 0; i < count; i++) {
    const text = `Message ${i}. ${'As long as people write. '.repeat(i % 7)}`;
    const talks = kind === 'talk';
    const before = { ours: false, id: i - 1 };
    if (i % 3 === 0) chat.conversation?.send(text);
    else engine.tell({ type: 'message', id: i, text, ...(talks && i % 10 === 5 && { about: before }) });
    if (talks && i % 10 === 3)
      engine.tell({ type: 'talk', id: count + i, kind: 'reaction', about: before, text: '👍' });
    if (talks && i % 10 === 9) {
      const last = chat.conversation?.messages.at(-1);
      if (last?.from === 'them') chat.conversation?.talk.begin('reply', last);
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 500)); // what is delivered meanwhile isn't measured
  await parts;
  const began = performance.now();
  if (kind === 'plain')
    mount(PlainLog, {
      target,
      props: {
        get messages() {
          return chat.conversation?.messages ?? [];
        },
      },
    });
  else mount(App, { target, props: { page: chat, settings, parts } });
  requestAnimationFrame(() =>
    setTimeout(() => Object.assign(globalThis, { painted: performance.now() - began })),
  );
}

async function show(): Promise<void> {
  const config = { site, loopback: screen === 'here-only', mailbox: '' };
  const turn = { url: 'turn:relay.example.test:3478', username: 'u', credential: 'p' };
  const network: Network = {
    mode: 'all',
    stun: ['stun.example.test:3478'],
    turn: screen === 'relays' ? [turn] : [],
  };
  if (screen === 'loading') return chat.progressed(0.4);
  if (screen === 'opening') {
    chat.progressed(0.7);
    return chat.finder.open('#i');
  }
  if (screen === 'webrtc' || screen === 'stopped' || screen === 'load') return chat.unusable(screen);
  await chat.started(engine, converse, config, network, mailbox);
  engine.mailbox = mailbox ? new URL(site).origin : '';
  if (screen.startsWith('return')) return comeBack();
  const state = states.find((each) => screen === `mailbox-${each}`);
  if (state) {
    if (['asked', 'foreign', 'over'].includes(state)) await chat.invites.create();
    else {
      await chat.finder.open('#i');
      await chat.join();
    }
    engine.tell({ type: 'mailbox', state });
  }
  switch (screen) {
    case 'mailbox-local':
      chat.network.choose({ mode: 'local' });
      break;
    case 'mailbox-join':
      await chat.finder.open('#i');
      break;
    case 'problem':
      await chat.finder.paste('hello');
      break;
    case 'invite':
    case 'mailbox-off':
    case 'here-only':
      await chat.invites.create();
      break;
    case 'warned':
    case 'stale':
    case 'good-for':
      engine.goodFor = screen === 'stale' ? 1 : 120;
      await chat.invites.create();
      chat.meeting?.give();
      if (screen === 'warned') {
        for (const code of ['stun-silent', 'symmetric'] as const) engine.tell({ type: 'error', code });
      }
      break;
    case 'stuck':
      await chat.invites.create();
      await chat.finder.accept('#r');
      engine.tell({ type: 'error', code: 'unreachable' });
      break;
    case 'away-invite':
      chat.away.ended('invite');
      break;
    case 'away-reply':
      chat.away.ended('reply');
      break;
    case 'unreachable':
      await chat.invites.create();
      engine.tell({ type: 'closed', reason: 'unreachable' });
      break;
    case 'reply-problem':
      await chat.invites.create();
      await chat.finder.accept('hello');
      break;
    case 'join':
      await chat.finder.open('#i');
      break;
    case 'reply':
      await chat.finder.open('#i');
      await chat.join();
      break;
    case 'elsewhere':
    case 'taken':
    case 'used':
      await chat.finder.open(`#r${'x7Kq'.repeat(40)}`);
      break;
    case 'looking':
    case 'back':
    case 'needless':
    case 'own':
    case 'nowhere':
      await chat.finder.open(`#o${'x7Kq'.repeat(58)}`);
      break;
    case 'opened-reply':
      await chat.invites.create();
      await chat.finder.open(`#r${'x7Kq'.repeat(40)}`);
      break;
    case 'empty':
    case 'chat':
    case 'verified':
    case 'left':
    case 'other-differ':
    case 'lost':
    case 'trying':
    case 'asking':
    case 'paused':
    case 'repair':
    case 'repair-back':
    case 'absent':
    case 'differ':
    case 'notice':
    case 'typing':
    case 'reloaded':
      await chat.invites.create();
      engine.open('direct');
      if (screen !== 'empty') await talk();
      break;
    case 'talk':
    case 'replying':
    case 'editing':
    case 'timer':
      await chat.invites.create();
      engine.open('direct');
      await doing();
      break;
    case 'markdown':
      await chat.invites.create();
      engine.open('direct');
      await write();
      break;
    case 'long':
      await chat.invites.create();
      engine.open('direct');
      said(`A long word: ${'w'.repeat(300)}`);
      await say('Two lines,\nand an emoji 👩‍👩‍👧‍👦. '.repeat(12));
      said('مرحبا، كيف حالك؟');
      break;
    case 'failed':
      await chat.invites.create();
      engine.open('relay');
      await fail();
      break;
    case 'files':
    case 'pictures':
    case 'tray':
    case 'recorder':
      await chat.invites.create();
      engine.open('direct');
      if (screen === 'files') await files();
      else if (screen === 'pictures') await pictures();
      else if (screen === 'tray') chat.conversation?.tray.add([await drawn('sea.png'), letter()], true);
      break;
  }
  if (screen === 'verified') await chat.conversation?.verify(true);
  if (screen === 'left' || screen === 'other-differ' || screen === 'differ')
    engine.tell({ type: 'closed', reason: screen });
  if (screen === 'typing') engine.tell({ type: 'typing' });
  if (screen === 'absent') {
    engine.tell({ type: 'state', state: 'lost' });
    engine.tell({ type: 'absent', since: Date.now() - 75_000 });
    engine.delivers = false;
    await say('Are you still there?');
  }
  if (screen === 'lost' || screen === 'trying' || screen === 'asking' || screen === 'paused')
    await apart(screen);
  if (screen.startsWith('repair')) await apart('trying');
  if (screen === 'repair') await chat.conversation?.outage.makeRepair();
  if (screen === 'repair-back') engine.tell({ type: 'repair', code: engine.link(engine.repair) });
  if (screen === 'reloaded') await chat.conversation?.verify(true);
  if (screen === 'reloaded') engine.back();
  if (screen === 'notice') engine.tell({ type: 'error', code: 'second-reply' });
}

/** The page was reloaded, and comes back to its chat: ?returning by hand, ?return-mailbox, ?return-failed, ?returned. */
async function comeBack(): Promise<void> {
  const mailbox = screen === 'return-mailbox';
  engine.repair = `o${'x7Kq'.repeat(58)}`;
  chat.return.begins({ ...engine.saved, mailbox, verified: true, rounds: 0 });
  if (screen === 'return-failed') engine.fails.returnTo = 'no-addresses';
  chat.return.claimed(true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (screen === 'returned') {
    engine.open('direct');
    engine.back();
  }
}

/** The connection is lost, and something is said meanwhile. */
async function apart(state: 'lost' | 'trying' | 'asking' | 'paused'): Promise<void> {
  engine.repair = `o${'x7Kq'.repeat(58)}`;
  engine.delivers = false;
  engine.tell({ type: 'state', state });
  await say('I am in the tunnel, back in a minute.');
}

function said(text: string, about?: Said): void {
  theirs += 1;
  engine.tell({ type: 'message', id: theirs, text, ...(about && { about }) });
}

async function say(text: string): Promise<void> {
  chat.conversation?.send(text);
  await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Two people as they talk. */
async function talk(): Promise<void> {
  said('Hi! Is this the right place?');
  await say('It is 🙂 Thanks for sending the reply back.');
  await say('Did the link get through all right?');
  said(
    'It opened at once: no account, nothing to install. I like that the secret part never goes to a server.',
  );
  await say('Let us compare the safety words before we go on. Can I call you?');
  said('Give me two minutes. שלום, וגם טקסט מימין לשמאל');
}

/** What people do with messages: ?talk, ?replying, ?editing, ?timer. */
async function doing(): Promise<void> {
  engine.tell({ type: 'can', files: true, talk: true });
  const about = (ours: boolean, id: number): Said => ({ ours, id });
  said('Shall we meet at the harbour at nine, or is that too early for a Sunday?');
  await say('Nine is fine. I bring the bread.');
  said('Lovely! 🥖', about(true, 1));
  engine.tell({ type: 'talk', id: 20, kind: 'reaction', about: about(true, 1), text: '❤️' });
  const [first, mine, answer] = chat.conversation?.messages ?? [];
  if (!chat.conversation || !first || !mine || !answer) return;
  const { talk } = chat.conversation;
  talk.react(first, '👍');
  talk.begin('reply', first);
  await say('It is early, and I like it');
  said('This one is taken back');
  engine.tell({ type: 'talk', id: 21, kind: 'unsend', about: about(false, 3) });
  said('I meen: see you there');
  engine.tell({ type: 'talk', id: 22, kind: 'edit', about: about(false, 4), text: 'I mean: see you there' });
  engine.tell({ type: 'read', id: 9 });
  engine.tell({ type: 'presence', here: true });
  if (screen === 'timer') engine.tell({ type: 'talk', id: 23, kind: 'timer', seconds: 3_600 });
  if (screen === 'replying') talk.begin('reply', answer);
  if (screen === 'editing') talk.begin('edit', mine);
}

/** Everything that a message may hold. */
async function write(): Promise<void> {
  said(
    'Here is what I have:\n\n1. the *draft*, **as agreed**\n2. the numbers\n3. https://example.test/a/very/long/address/that/goes/on?with=query',
  );
  await say(
    '| Station | Opens | Seats |\n| --- | :---: | ---: |\n| North | 06:30 | 120 |\n| Harbour | 07:15 | 84 |',
  );
  said(
    '```go\n// Greet says hello.\nfunc Greet(name string) string {\n\treturn "hello, " + name\n}\n```\nCall it with `Greet("you")`.',
  );
  await say(
    '> the numbers\n\nThose are the ones. See [the page](https://example.test/) for the rest; <b>markup</b> and __names__ stay as typed.',
  );
}

function letter(): File {
  return new File(['x'.repeat(48_000)], 'letter.pdf', { type: 'application/pdf' });
}

/** A picture, as somebody might take it by the sea. */
async function drawn(name: string): Promise<File> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [640, 420];
  const context = canvas.getContext('2d');
  if (!context) throw new Error('there is nothing to draw with');
  for (const [colour, from, to] of [
    ['#9fd3e8', 0, 260],
    ['#2f7f93', 260, 340],
    ['#e6d3a3', 340, 420],
  ] as const) {
    context.fillStyle = colour;
    context.fillRect(0, from, 640, to - from);
  }
  context.fillStyle = '#f7c948';
  context.beginPath();
  context.arc(500, 110, 46, 0, Math.PI * 2);
  context.fill();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  return new File(blob ? [blob] : [], name, { type: 'image/png' });
}

function offers(id: number, name: string, kind: string, size: number, voice = false): void {
  engine.tell({ type: 'file', id, name, kind, size, voice });
}

/** A file of theirs that the person takes. */
async function takes(id: number, how: 'here' | 'device' = 'here'): Promise<FileSink> {
  const { messages = [], files } = chat.conversation ?? {};
  const file = messages.find((message) => message.file?.id === id && !message.file.ours)?.file;
  if (file) await files?.keep(file, how);
  const sink = engine.sinks.get(id);
  if (!sink) throw new Error('it is not wanted');
  return sink;
}

/** Files as they stand. */
async function files(): Promise<void> {
  chat.conversation?.sendFile(letter());
  await new Promise((resolve) => setTimeout(resolve, 20));
  engine.tell({ type: 'ended', ours: true, id: 1, how: 'whole' });
  offers(1, 'holiday.zip', 'application/zip', 734_003_200);
  offers(2, 'Notes on the harbour, second draft with all the tables.docx', '', 88_400);
  await takes(2);
  const began = performance.now();
  for (const [at, done] of [
    [0, 11_000],
    [1000, 30_000],
    [2000, 52_000],
  ] as const) {
    const file = chat.conversation?.messages.find((message) => message.file?.id === 2)?.file;
    file?.goes(done, began + at);
  }
  offers(3, 'setup.exe', 'application/octet-stream', 2_400_000);
  offers(4, 'voice.ogg', 'audio/ogg', 41_000, true);
  await say('I will send the zip again, it is too large.');
  engine.tell({ type: 'ended', ours: false, id: 1, how: 'withdrawn' });
}

/** Pictures of both, and one that is none. */
async function pictures(): Promise<void> {
  const sea = await drawn('sea.png');
  chat.conversation?.sendFile(sea);
  await say('This is where we are.');
  offers(8, 'ours.png', 'image/png', sea.size);
  const sink = await takes(8);
  await sink.write(new Uint8Array(await sea.arrayBuffer()));
  await sink.finish();
  engine.tell({ type: 'ended', ours: false, id: 8, how: 'whole' });
  offers(9, 'another.jpg', 'image/jpeg', 3_100_000);
}

/** What can go wrong with a message. */
async function fail(): Promise<void> {
  said('Are you still there?');
  engine.delivers = false;
  await say('This one is on its way.');
  engine.fails.send = 'too-many-waiting';
  await say('This one fails.');
}
