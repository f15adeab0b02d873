import { converse } from '../src/chat/converse.ts';
import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import App from '../src/app/App.svelte';
import { Page } from '../src/app/page.svelte.ts';
import type { AskTabs } from '../src/meet/tabs.ts';
import { english as texts } from '../src/language/english.ts';
import { Settings } from '../src/settings/settings.svelte.ts';
import { FakeEngine } from './fake-engine.ts';
import { parts } from './page.ts';

let engine: FakeEngine;
let chat: Page;
let ask: ReturnType<typeof vi.fn<AskTabs>>;
const user = userEvent.setup();

beforeEach(() => {
  history.replaceState(null, '', '/');
  ask = vi.fn<AskTabs>();
  engine = new FakeEngine();
  chat = new Page(ask);
  render(App, { page: chat, settings: new Settings(), parts });
});

afterEach(cleanup);

async function started(loopback = false, stun: string[] = []): Promise<void> {
  const config = { site: 'https://example.test/', loopback, mailbox: '' };
  await chat.started(engine, converse, config, { mode: 'all', stun, turn: [] });
  await settled();
}

/** Lets Svelte bring the page up to date. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

function button(name: string): HTMLButtonElement {
  return screen.getByRole('button', { name });
}

function field(name: string): HTMLTextAreaElement {
  return screen.getByRole('textbox', { name });
}

describe('Home', () => {
  test('is there before the engine, with the progress and no button to press yet', async () => {
    chat.progressed(0.4);
    await settled();
    expect(button('New chat').disabled).toBe(true);
    expect(screen.getByRole('status').textContent).toContain('Loading');
    expect(screen.getByRole<HTMLProgressElement>('progressbar').value).toBe(0.4);
    await started();
    expect(button('New chat').disabled).toBe(false);
    expect(screen.queryByRole('progressbar')).toBeNull();
  });

  test('what is pasted into the field before the engine is there is taken once it is', async () => {
    await user.click(field(texts.pasteLabel));
    await user.paste('see https://example.test/#iInvite');
    await settled();
    expect(button('New chat').disabled).toBe(true);
    await started();
    expect(button('Join chat')).toBeTruthy();
  });

  test('says how many servers a new chat asks, without their names, or that none is', async () => {
    await started(false, ['stun.example:3478']);
    expect(screen.getByText(texts.helps({ count: 1 }))).toBeTruthy();
    expect(document.body.textContent).not.toMatch(/STUN|stun\.example|3478/);
    cleanup();
    const other = new Page(ask);
    render(App, { page: other, settings: new Settings(), parts });
    const config = { site: 'https://example.test/', loopback: false, mailbox: '' };
    await other.started(engine, converse, config, { mode: 'all', stun: [], turn: [] });
    await settled();
    expect(screen.getByText(texts.asksNobody)).toBeTruthy();
  });

  test('tells what happened when an invite was opened and this is seen', () => {
    expect(screen.getByText(texts.lostSecret)).toBeTruthy();
  });

  test('keeps a pasted text that holds nothing, and says why beside it', async () => {
    await started();
    await user.type(field('Paste an invite or reply'), 'hello{Enter}');
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.errors['no-code']);
    const pasted = field('Paste an invite or reply');
    expect(pasted.value).toBe('hello');
    expect(pasted.getAttribute('aria-invalid')).toBe('true');
    expect(document.getElementById(pasted.getAttribute('aria-describedby') ?? '')).toBe(
      screen.getByRole('alert'),
    );
  });
});

describe('pasting into the box', () => {
  test('an invite opens at once; what is typed waits for the button', async () => {
    await started();
    await user.type(field('Paste an invite or reply'), '#iInvite');
    expect(engine.calls).toEqual([]);
    await user.clear(field('Paste an invite or reply'));
    await user.click(field('Paste an invite or reply'));
    await user.paste('see you: #iInvite');
    await settled();
    expect(button('Join chat')).toBeTruthy();
  });

  test('a reply connects at once, and is this person’s own', async () => {
    await started();
    await user.click(button('New chat'));
    await user.click(field('Reply'));
    await user.paste('here: #rReply');
    await settled();
    expect(engine.calls.at(-1)).toBe('accept rReply false');
  });

  test.each([
    ['nothing of tincan', 'hello', 'no-code'],
    ['an invite', '#iInvite', 'want-reply'],
  ] as const)('%s stays in the box, with its sentence, and can be mended', async (_, text, code) => {
    await started();
    await user.click(button('New chat'));
    await user.click(field('Reply'));
    await user.paste(text);
    await settled();
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.errors[code]);
    expect(field('Reply').value).toBe(text);
    await user.clear(field('Reply'));
    await user.paste('#rReply');
    await settled();
    expect(engine.calls.at(-1)).toBe('accept rReply false');
  });

  test('white space asks for nothing', async () => {
    await started();
    await user.click(field('Paste an invite or reply'));
    await user.paste('  \n ');
    await settled();
    expect(engine.calls).toEqual([]);
  });
});

describe('inviting', () => {
  test('from New chat to the open chat', async () => {
    await started();
    await user.click(button('New chat'));
    expect(document.activeElement).toBe(screen.getByRole('heading', { level: 1 }));
    expect(field('Invite link').value).toMatch(/^https:\/\/example\.test\/#i/);
    expect(field('Invite link').readOnly).toBe(true);
    expect(screen.getByRole('img', { name: 'QR code of the invite link' })).toBeTruthy();
    expect(screen.getByRole('status').textContent).toContain('Waiting');
    expect(screen.getByText(texts.reveals)).toBeTruthy();
    expect(screen.queryByText(texts.hereOnly)).toBeNull();

    await user.type(field('Reply'), 'see #rReply');
    await user.click(button('Connect'));
    expect(screen.getByRole('status').textContent).toContain('Connecting');
    expect(button('Connect').disabled).toBe(true);

    engine.open();
    await settled();
    expect(document.activeElement).toBe(field('Message'));
    await user.type(field('Message'), 'hello{Enter}');
    expect(screen.getByRole('log', { name: 'Messages' }).textContent).toContain('hello');
    expect(engine.calls).toContain('send hello');
    expect(document.title).toBe('Chat – tincan');
  });

  test('a wrong reply stays in the field, with the reason', async () => {
    await started();
    await user.click(button('New chat'));
    await user.type(field('Reply'), '#iInvite{Enter}');
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.errors['want-reply']);
    expect(field('Reply').value).toBe('#iInvite');
    expect(field('Invite link')).toBeTruthy();
  });

  test('says when the link works on this computer only', async () => {
    await started(true);
    await user.click(button('New chat'));
    expect(screen.getByText(texts.hereOnly)).toBeTruthy();
  });

  test('New link and Cancel', async () => {
    await started();
    await user.click(button('New chat'));
    await user.click(button('New link'));
    expect(engine.calls).toEqual(['create', 'leave', 'create']);
    await user.click(button('Cancel'));
    expect(button('New chat')).toBeTruthy();
    expect(engine.calls.at(-1)).toBe('leave');
  });

  test('copying says so only when it worked', async () => {
    await started();
    await user.click(button('New chat'));
    const link = field('Invite link').value;
    await user.click(button('Copy link'));
    expect(screen.getByText('Copied')).toBeTruthy();
    expect(await navigator.clipboard.readText()).toBe(link);
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('denied'));
    Object.defineProperty(document, 'execCommand', { configurable: true, value: () => false });
    await user.click(button('Copy link'));
    expect(screen.queryByText('Copied')).toBeNull();
    expect(screen.getByText(texts.pressToCopy)).toBeTruthy();
    Reflect.deleteProperty(document, 'execCommand');
  });

  test('Share is there only where the browser has it, and shares the link', async () => {
    await started();
    await user.click(button('New chat'));
    expect(screen.queryByRole('button', { name: 'Share' })).toBeNull();
    await user.click(button('Cancel'));
    const share = vi.fn(() => Promise.reject(new DOMException('', 'AbortError')));
    Object.defineProperty(navigator, 'share', { configurable: true, value: share });
    await user.click(button('New chat'));
    await user.click(button('Share'));
    expect(share).toHaveBeenCalledWith({ url: field('Invite link').value });
    Reflect.deleteProperty(navigator, 'share');
  });
});

describe('joining', () => {
  test('nothing is sent before Join chat', async () => {
    await started();
    await chat.finder.open('#iInvite');
    await settled();
    expect(screen.getByText(texts.joinText)).toBeTruthy();
    expect(engine.calls).toEqual(['find #iInvite']);
    await user.click(button('Join chat'));
    expect(screen.getByText(texts.replyDo)).toBeTruthy();
    expect(field('Reply link').value).toContain('#r');
    expect(screen.getByRole('img', { name: 'QR code of the reply' })).toBeTruthy();
    expect(button('Copy reply')).toBeTruthy();
    // The inviter may be waiting for this reply by now.
    await user.click(button('Cancel'));
    await user.click(button(texts.leaving.reply.leave));
    expect(button('New chat')).toBeTruthy();
  });

  test('an invite that cannot be joined says why', async () => {
    await started();
    await chat.finder.open('#iInvite');
    engine.fails.join = 'own-invite';
    await settled();
    await user.click(button('Join chat'));
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.errors['own-invite']);
  });

  test('a link opened before the engine is there shows that it is being opened', async () => {
    void chat.finder.open('#iInvite');
    await settled();
    expect(screen.getByRole('heading', { name: texts.opening })).toBeTruthy();
    await started();
    expect(button('Join chat')).toBeTruthy();
  });
});

describe('a reply opened in a tab of its own', () => {
  test.each([
    ['taken', [texts.elsewhere.taken, texts.elsewhereTakenHint], ['Start page']],
    ['used', [texts.elsewhere.used, texts.elsewhereUsedHint], ['Start page']],
    ['nobody', [texts.elsewhere.nobody], ['Copy reply', 'New link', 'Start page']],
  ] as const)('whose it is, by the other tabs: %s', async (answer, sentences, buttons) => {
    await started();
    history.pushState(null, ''); // the tab has been somewhere else, so that no page may close it
    await chat.finder.open('#rReply');
    await settled();
    expect(screen.getByRole('status').textContent).toBe(texts.elsewhere.opened);
    expect(ask).not.toHaveBeenCalled();
    await user.click(button(texts.elsewhereConnect));
    await settled();
    expect(screen.getByRole('status').textContent).toBe(texts.elsewhere.asking);
    expect(document.activeElement?.tagName).toBe('H1');
    ask.mock.calls[0]?.[1](answer);
    await settled();
    for (const sentence of sentences) expect(screen.getByText(sentence)).toBeTruthy();
    expect(screen.getByRole('status').textContent).toBe(sentences[0]);
    const shown = screen.getAllByRole('button').map((each) => each.textContent.trim());
    expect(shown.filter((name) => name !== '')).toEqual(buttons);
  });

  test('nobody waits for it: New link makes one, here', async () => {
    await started();
    await chat.finder.open('#rReply');
    chat.finder.askElsewhere();
    ask.mock.calls[0]?.[1]('nobody');
    await settled();
    await user.click(button('New link'));
    expect(field('Invite link')).toBeTruthy();
  });

  test('Close this tab is there where a page may do that, and says so where it may not after all', async () => {
    await started();
    vi.spyOn(history, 'length', 'get').mockReturnValue(1);
    const closing = vi.spyOn(window, 'close').mockImplementation(() => undefined);
    await chat.finder.open('#rReply');
    chat.finder.askElsewhere();
    ask.mock.calls[0]?.[1]('taken');
    await settled();
    await user.click(button(texts.closeTab));
    expect(closing).toHaveBeenCalledTimes(1);
    expect(await screen.findByText(texts.closeTabFailed)).toBeTruthy();
    expect(screen.queryByRole('button', { name: texts.closeTab })).toBeNull();
    vi.restoreAllMocks();
  });
});

describe('leaving by accident', () => {
  async function back(): Promise<void> {
    const moved = new Promise((resolve) => addEventListener('popstate', resolve, { once: true }));
    history.back();
    await moved;
    await settled();
  }

  function unloading(): boolean {
    return !dispatchEvent(new Event('beforeunload', { cancelable: true }));
  }

  test('the browser warns while something is pending, and not otherwise', async () => {
    await started();
    expect(unloading()).toBe(false);
    await user.click(button('New chat'));
    expect(unloading()).toBe(true);
    await user.click(button('Cancel'));
    expect(unloading()).toBe(false);
  });

  test('Back asks; Stay stays, as often as one presses', async () => {
    await started();
    await user.click(button('New chat'));
    engine.open();
    await settled();
    for (let times = 0; times < 2; times += 1) {
      await back();
      expect(screen.getByRole('dialog', { name: texts.leaving.chat.title })).toBeTruthy();
      await user.click(button('Stay'));
      expect(screen.queryByRole('dialog')).toBeNull();
      expect(field('Message')).toBeTruthy();
    }
    expect(engine.calls).not.toContain('leave');
  });

  test('Leave anyway leaves', async () => {
    await started();
    await user.click(button('New chat'));
    await back();
    expect(screen.getByRole('dialog', { name: texts.leaving.invite.title })).toBeTruthy();
    await user.click(button(texts.leaving.invite.leave));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(button('New chat')).toBeTruthy();
    expect(engine.calls.at(-1)).toBe('leave');
  });

  test('a link pasted into the address bar is not taken for Back', async () => {
    await started();
    await user.click(button('New chat'));
    history.pushState(null, '', '#iOther');
    dispatchEvent(new PopStateEvent('popstate'));
    await settled();
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('leaving', () => {
  const asked = (what: keyof typeof texts.leaving) =>
    screen.queryByRole('dialog', { name: texts.leaving[what].title }) !== null;

  async function chatting() {
    await started();
    await user.click(button('New chat'));
    engine.open();
    await settled();
  }

  test.each([
    ['a message of mine', () => user.type(field('Message'), 'hello{Enter}')],
    [
      'a message of theirs',
      async () => {
        engine.tell({ type: 'message', id: 1, text: 'hello' });
        await settled();
      },
    ],
    ['a draft', () => user.type(field('Message'), 'half a sen')],
  ])('asks where there is %s, and Stay loses nothing', async (_, happens) => {
    await chatting();
    await happens();
    const [draft, shown] = [field('Message').value, screen.getByRole('log').textContent];
    await user.click(button('Leave'));
    expect(asked('chat')).toBe(true);
    await user.click(button('Stay'));
    expect(field('Message').value).toBe(draft);
    expect(screen.getByRole('log').textContent).toBe(shown);
    expect(engine.calls).not.toContain('leave');
    await user.click(button('Leave'));
    await user.click(button(texts.leaving.chat.leave));
    expect(screen.getByRole('heading', { name: texts.endings.closed.title })).toBeTruthy();
    expect(document.body.textContent).not.toContain('half a sen');
  });

  test('does not ask where nothing was said, nor an invite that nobody has', async () => {
    await chatting();
    await user.click(button('Leave'));
    expect(screen.queryByRole('dialog')).toBeNull();
    await user.click(button('New chat'));
    await user.click(button('Cancel'));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(button('New chat')).toBeTruthy();
  });

  test('an invite that was given away asks, at Cancel and at New link, which says that the old one is dead', async () => {
    await started();
    await user.click(button('New chat'));
    await user.click(button('Copy link'));
    await user.click(button('Cancel'));
    expect(asked('invite')).toBe(true);
    await user.click(button('Stay'));
    const before = field('Invite link').value;
    await user.click(button('New link'));
    expect(asked('link')).toBe(true);
    await user.click(button('Stay'));
    expect(field('Invite link').value).toBe(before);
    expect(engine.calls).not.toContain('leave');
    await user.click(button('New link'));
    await user.click(button(texts.leaving.link.leave));
    await settled();
    expect(engine.calls).toContain('leave');
    expect(screen.getByText(texts.newLinkMade)).toBeTruthy();
    // The new one is nobody's yet.
    await user.click(button('Cancel'));
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('a connection that is lost for long', () => {
  test('New link asks, since the chat would end, and Stay loses nothing', async () => {
    await started();
    await user.click(button('New chat'));
    engine.open();
    await settled();
    await user.type(field('Message'), 'into the void{Enter}');
    engine.tell({ type: 'state', state: 'lost' });
    engine.tell({ type: 'absent', since: Date.now() - 75_000 });
    await settled();
    await user.click(button('New link'));
    expect(screen.getByRole('dialog', { name: texts.leaving.chatLink.title })).toBeTruthy();
    await user.click(button('Stay'));
    expect(engine.calls).not.toContain('leave');
    expect(field('Message')).toBeTruthy();
    await user.click(button('New link'));
    await user.click(button(texts.leaving.chatLink.leave));
    expect(field('Invite link')).toBeTruthy();
    expect(engine.calls.slice(-2)).toEqual(['leave', 'create']);
    expect(screen.queryByText(texts.newLinkMade)).toBeNull();
  });

  test('the question is gone when the other person is back', async () => {
    await started();
    await user.click(button('New chat'));
    engine.open();
    engine.tell({ type: 'state', state: 'lost' });
    engine.tell({ type: 'absent', since: Date.now() - 75_000 });
    await settled();
    await user.click(button('New link'));
    engine.tell({ type: 'state', state: 'open' });
    await settled();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(field('Message')).toBeTruthy();
    expect(engine.calls).not.toContain('leave');

    // Leave is still asked, for whoever is there.
    await user.type(field('Message'), 'there you are{Enter}');
    await user.click(button('Leave'));
    engine.tell({ type: 'state', state: 'lost' });
    engine.tell({ type: 'state', state: 'open' });
    await settled();
    expect(screen.getByRole('dialog', { name: texts.leaving.chat.title })).toBeTruthy();
  });
});

describe('the end', () => {
  test.each(['left', 'lost', 'untrusted', 'internal'] as const)(
    '%s leaves what was being written, to be copied, until the next chat',
    async (reason) => {
      await started();
      await user.click(button('New chat'));
      engine.open();
      await settled();
      await user.type(field('Message'), 'half a sentence');
      engine.tell({ type: 'closed', reason });
      await settled();
      expect(field(texts.unsent).value).toBe('half a sentence');
      expect(button(texts.copyUnsent)).toBeTruthy();
      await user.click(button('New chat'));
      expect(document.body.textContent).not.toContain('half a sentence');
    },
  );

  test('the words differ: what happened, and New chat', async () => {
    await started();
    await user.click(button('New chat'));
    engine.open();
    await settled();
    await user.click(button('Verify'));
    await user.click(button('They differ'));
    await user.click(button(texts.differSure));
    await settled();
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: texts.endings.differ.title }));
    await user.click(button('New chat'));
    expect(field('Invite link')).toBeTruthy();
  });

  test.each([
    [true, texts.addressesHidden],
    [false, texts.errors['no-addresses']],
  ])('no addresses with a network (%s) names the browser’s protection too', async (onLine, sentence) => {
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(onLine);
    await started();
    await user.click(button('New chat'));
    engine.tell({ type: 'error', code: 'no-addresses' });
    await settled();
    expect(screen.getByText(sentence)).toBeTruthy();
    vi.restoreAllMocks();
  });

  test('an ended chat without messages does not say that one is connected', async () => {
    await started();
    await user.click(button('New chat'));
    engine.open();
    await settled();
    expect(screen.getByText(texts.emptyChat)).toBeTruthy();
    engine.tell({ type: 'closed', reason: 'untrusted' });
    await settled();
    expect(screen.queryByText(texts.emptyChat)).toBeNull();
    expect(document.body.textContent).not.toMatch(/connected/i);
  });

  test('where the engine has stopped, what was said is there and the page can be loaded anew', async () => {
    await started();
    await user.click(button('New chat'));
    engine.open();
    engine.tell({ type: 'message', id: 1, text: 'still here' });
    await settled();
    chat.unusable('stopped');
    await settled();
    expect(screen.getByText('still here')).toBeTruthy();
    expect(button(texts.reload)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'New chat' })).toBeNull();
  });

  test('Leave ends it, and the start page is one press away', async () => {
    await started();
    await user.click(button('New chat'));
    engine.open();
    await settled();
    await user.click(button('Leave'));
    expect(screen.getByRole('heading', { name: texts.endings.closed.title })).toBeTruthy();
    await user.click(button('Start page'));
    expect(field('Paste an invite or reply')).toBeTruthy();
  });

  test.each([
    ['wasm', 0],
    ['webrtc', 0],
    ['load', 1],
    ['stopped', 1],
  ] as const)('%s: a plain sentence, and reloading only where it helps', async (trouble, buttons) => {
    chat.unusable(trouble);
    await settled();
    expect(screen.getByRole('heading', { name: texts.troubles[trouble].title })).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toBe(texts.troubles[trouble].text);
    expect(screen.queryAllByRole('button', { name: texts.reload })).toHaveLength(buttons);
  });

  test('a warning can be dismissed', async () => {
    await started();
    await user.click(button('New chat'));
    engine.open();
    engine.tell({ type: 'error', code: 'second-reply' });
    await settled();
    expect(screen.getByRole('alert').textContent).toBe(texts.errors['second-reply']);
    await user.click(button('Dismiss'));
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
