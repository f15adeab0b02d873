import { texts } from './texts.ts';
import { expect, test } from './fixtures.ts';
import { greet, type Person } from './person.ts';

const { errors } = texts;

/** Pressing Join chat and bringing the reply back still opens the chat: whatever went wrong before changed nothing. */
async function goOn(inviter: Person, joiner: Person): Promise<void> {
  await inviter.connect(await joiner.joinChat());
  await inviter.connected();
  await joiner.connected();
  await greet(inviter, joiner);
}

/** The same link as another version would have made it: its first byte, kind and version, one higher. */
function otherVersion(link: string): string {
  const [site, code = ''] = link.split('#');
  const bytes = Buffer.from(code.slice(0, -1), 'base64url');
  bytes[0] = (bytes[0] ?? 0) + 1;
  return `${site}#${bytes.toString('base64url')}z`;
}

/** The same reply with one other bit in its box. */
function damaged(link: string, n: number): string {
  const [site, code = ''] = link.split('#');
  const bytes = Buffer.from(code.slice(0, -1), 'base64url');
  bytes[40 + n] = (bytes[40 + n] ?? 0) ^ 1;
  return `${site}#${bytes.toString('base64url')}z`;
}

/** A link that repairs a chat in which nobody here is. */
function repair(site: string): string {
  return `${site}#${Buffer.concat([Buffer.of(0xa1), Buffer.alloc(176, 7)]).toString('base64url')}z`;
}

const cut = (link: string) => link.slice(0, -9);
const junk = 'lorem ipsum '.repeat(87_382).slice(0, 1 << 20);

test('what is no invite, opened as a link', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  const invite = await ana.newChat();
  const cases = [
    { name: 'a cut invite', link: cut(invite), sentence: errors.cut },
    { name: 'an invite of another version', link: otherVersion(invite), sentence: errors.version },
    { name: 'junk', link: `${serve.here}#${'x'.repeat(100)}`, sentence: errors['no-code'] },
  ];
  for (const { name, link, sentence } of cases) {
    await test.step(name, async () => {
      await ben.page.goto('about:blank');
      await ben.open(link);
      await expect(ben.alert).toHaveText(sentence);
      await expect(ben.button('New chat')).toBeEnabled();
      expect(new URL(ben.page.url()).hash).toBe('');
    });
  }
  await ben.open(invite);
  await goOn(ana, ben);
});

test('what is no invite, pasted on the start page', async ({ person, serve }) => {
  const [ana, ben, other] = [await person(), await person(), await person()];
  await ana.open(serve.here);
  const invite = await ana.newChat();
  await other.open(serve.here);
  const cases = [
    { name: 'nothing', text: '', sentence: errors.empty },
    { name: 'words', text: 'see you at eight', sentence: errors['no-code'] },
    { name: 'a cut invite', text: cut(invite), sentence: errors.cut },
    { name: 'an invite of another version', text: otherVersion(invite), sentence: errors.version },
    { name: '1 MB of junk', text: junk, sentence: errors['too-long'] },
    { name: '1 MB of junk before an invite', text: junk + invite, sentence: errors['too-long'] },
    {
      name: 'two different invites',
      text: `${await other.newChat()}\n${invite}`,
      sentence: errors['several-codes'],
    },
  ];
  await ben.open(serve.here);
  for (const { name, text, sentence } of cases) {
    await test.step(name, async () => {
      await ben.paste(text);
      await expect(ben.alert).toHaveText(sentence);
      await expect(ben.field('Paste an invite or reply')).toHaveValue(text); // to be mended
      await expect(ben.button('New chat')).toBeEnabled();
    });
  }
  await ben.paste(`Here it is: <${invite}>, see you. Once more: ${invite}`); // the same one twice is one
  await goOn(ana, ben);
});

test('a reply where an invite belongs is looked after as a reply', async ({ person, serve }) => {
  const [ana, ben, cleo] = [await person(), await person(), await person()];
  await ana.open(serve.here);
  const invite = await ana.newChat();
  await ben.open(invite);
  const reply = await ben.joinChat();
  await cleo.open(serve.here);
  await cleo.paste(reply);
  await expect(cleo.status).toHaveText(texts.elsewhere.nobody);
  await cleo.button('Start page').click();
  await cleo.paste(invite);
  await goOn(ana, cleo);
});

test('what is not the reply, pasted beside the invite', async ({ person, serve }) => {
  const [ana, ben, other, stranger] = [await person(), await person(), await person(), await person()];
  await ana.open(serve.here);
  const invite = await ana.newChat();
  await ben.open(invite);
  const reply = await ben.joinChat();
  await other.open(serve.here);
  const otherInvite = await other.newChat();
  await stranger.open(otherInvite);
  const otherReply = await stranger.joinChat();

  const cases = [
    { name: 'nothing', text: '', sentence: errors.empty },
    { name: 'words', text: 'see you at eight', sentence: errors['no-code'] },
    { name: 'a cut reply', text: cut(reply), sentence: errors.cut },
    { name: 'a reply of another version', text: otherVersion(reply), sentence: errors.version },
    { name: '1 MB of junk', text: junk, sentence: errors['too-long'] },
    { name: 'the invite that this very tab made', text: invite, sentence: errors['own-invite'] },
    { name: 'an invite where a reply belongs', text: otherInvite, sentence: errors['want-reply'] },
    { name: 'a reply to another invite', text: otherReply, sentence: errors['other-invite'] },
    { name: 'a link that repairs another chat', text: repair(serve.here), sentence: errors['wrong-chat'] },
    { name: 'two different replies', text: `${otherReply} ${reply}`, sentence: errors['several-codes'] },
  ];
  for (const { name, text, sentence } of cases) {
    await test.step(name, async () => {
      await ana.connect(text);
      await expect(ana.alert).toHaveText(sentence);
      await expect(ana.field('Reply')).toHaveValue(text);
      await expect(ana.status).toHaveText(texts.waiting);
      expect(await ana.inviteLink()).toBe(invite);
    });
  }
  await ana.connect(reply);
  await ana.connected();
  await ben.connected();
  await greet(ana, ben);
  // And the other two were not disturbed.
  await other.connect(otherReply);
  await other.connected();
});

test.describe('opened in a tab where something is going on', () => {
  test('the invite that this very tab made', async ({ person, serve }) => {
    const [ana, ben] = [await person(), await person()];
    await ana.open(serve.here);
    const invite = await ana.newChat();
    await ana.open(invite); // the tab's address changes in its fragment only
    await expect(ana.alert).toHaveText(errors['own-invite']);
    expect(new URL(ana.page.url()).hash).toBe('');
    expect(await ana.inviteLink()).toBe(invite);
    await ben.open(invite);
    await goOn(ana, ben);
  });

  test('a reply, in the tab that waits for it', async ({ person, serve }) => {
    const [ana, ben] = [await person(), await person()];
    await ana.open(serve.here);
    await ben.open(await ana.newChat());
    const reply = await ben.joinChat();
    const offer = ana.status.filter({ hasText: texts.replyOpened });
    // Whoever has a handle of this tab can change its address: that is no try, however often it's wrong.
    for (let n = 0; n < 12; n += 1) {
      await ana.open(damaged(reply, n));
      await ana.button(texts.connect).first().click();
      await expect(ana.alert).toHaveText(errors['other-invite']);
      await expect(offer).toBeHidden();
    }
    await ana.open(reply);
    await expect(offer).toBeVisible();
    await expect(ana.status.filter({ hasText: texts.waiting })).toBeVisible();
    await ana.button(texts.dismiss).click();
    await expect(offer).toBeHidden();
    await ana.open(reply);
    await ana.button(texts.connect).first().click();
    await ana.connected();
    await greet(ana, ben);
  });

  test('the joiner’s own reply', async ({ person, serve }) => {
    const [ana, ben] = [await person(), await person()];
    await ana.open(serve.here);
    await ben.open(await ana.newChat());
    const reply = await ben.joinChat();
    await ben.open(reply);
    await expect(ben.alert).toHaveText(errors['own-reply']);
    expect(await ben.field('Reply link').inputValue()).toBe(reply);
    await ana.connect(reply);
    await ana.connected();
    await greet(ana, ben);
  });

  test('another invite while a reply waits, and while a chat is open', async ({ person, serve }) => {
    const [ana, ben, other] = [await person(), await person(), await person()];
    await ana.open(serve.here);
    await other.open(serve.here);
    const elsewhere = await other.newChat();
    await ben.open(await ana.newChat());
    const reply = await ben.joinChat();
    await ben.open(elsewhere);
    await expect(ben.alert).toHaveText(texts.keepOpenReply);
    expect(await ben.field('Reply link').inputValue()).toBe(reply);
    await ana.connect(reply);
    await ben.connected();
    await ben.open(elsewhere);
    await expect(ben.alert).toHaveText(texts.keepOpenChat);
    await greet(ana, ben);
  });

  test('a cut link while a chat is open', async ({ person, serve }) => {
    const [ana, ben] = [await person(), await person()];
    await ana.open(serve.here);
    const invite = await ana.newChat();
    await ben.open(invite);
    await ana.connect(await ben.joinChat());
    await ben.connected();
    await ben.open(cut(invite));
    await expect(ben.alert).toHaveText(errors.cut);
    await greet(ana, ben);
  });
});

test.describe('a reply more than once', () => {
  test('the same one, after the chat has opened: in its own tab, in another tab, pasted', async ({
    person,
    profile,
    serve,
  }) => {
    const tabs = await profile();
    const [ana, again] = [await person(tabs), await person(tabs)];
    const ben = await person();
    await ana.open(serve.here);
    await ben.open(await ana.newChat());
    const reply = await ben.joinChat();
    await ana.connect(reply);
    await ana.connected();

    await ana.open(reply);
    await greet(ana, ben);
    await again.openReply(reply);
    await expect(again.status).toHaveText(texts.elsewhere.taken);
    await greet(ana, ben);
    await again.button('Start page').click();
    await again.paste(reply);
    await expect(again.status).toHaveText(texts.elsewhere.taken);
    await greet(ana, ben);
    await expect(ana.alert).toBeHidden(); // nothing happened that she has to know
  });

  test('twice in a row', async ({ person, serve }) => {
    const [ana, ben] = [await person(), await person()];
    await ana.open(serve.here);
    await ben.open(await ana.newChat());
    const reply = await ben.joinChat();
    await ana.field('Reply').fill(reply);
    await ana.button('Connect').dblclick();
    await ana.connected();
    await greet(ana, ben);
    await expect(ana.alert).toBeHidden();
  });

  test('a second person’s: the chat goes on, with a warning', async ({ person, serve }) => {
    const [ana, ben, eve] = [await person(), await person(), await person()];
    await ana.open(serve.here);
    const invite = await ana.newChat();
    await ben.open(invite);
    await eve.open(invite);
    const [reply, second] = [await ben.joinChat(), await eve.joinChat()];
    await ana.connect(reply);
    await ana.connected();
    await ana.open(second);
    await expect(ana.alert).toHaveText(errors['second-reply']);
    await greet(ana, ben);
    await expect(eve.status).toHaveText(texts.replyWaiting);
  });
});
