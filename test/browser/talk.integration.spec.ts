import { expect, test } from './fixtures.ts';
import { meet, type Person } from './person.ts';
import { texts } from './texts.ts';

/** The message with this text, as a screen reader finds it. */
function message(one: Person, text: string) {
  return one.log.getByRole('article', { name: text });
}

/** Opens what can be done with a message, by the keyboard, and chooses it. */
async function act(one: Person, text: string, action: string) {
  await message(one, text).press('Enter');
  await one.page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
}

async function says(one: Person, text: string) {
  await one.composer.fill(text);
  await one.composer.press('Enter');
}

test('two people answer, react, edit and take back, and see the same', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  await says(ana, 'Shall we meet at nine?');
  await expect(message(ben, 'Shall we meet at nine?')).toBeVisible();

  // A reply, by the menu, with its quotation at both; pressing that leads to what it answers, and back.
  await ben.composer.fill('half');
  await act(ben, 'Shall we meet at nine?', texts.talk.reply);
  await expect(ben.page.getByRole('group', { name: texts.talk.replyThem })).toBeVisible();
  await expect(ben.composer).toBeFocused();
  await ben.composer.fill('Nine is fine');
  await ben.composer.press('Enter');
  const quote = ana.log.getByRole('button', {
    name: texts.talk.answersYou({ quote: 'Shall we meet at nine?' }),
  });
  await quote.click();
  await expect(message(ana, 'Shall we meet at nine?').first()).toBeFocused();
  await ana.button(texts.talk.backToReply).click();
  await expect(message(ana, 'Nine is fine')).toBeFocused();
  await expect(ana.button(texts.talk.backToReply)).toBeHidden();

  // Reactions, one at hand and any other, and taking one back.
  await act(ana, 'Nine is fine', '❤️');
  await expect(ben.log.getByText(texts.talk.reactionThem({ emoji: '❤️' }))).toBeAttached();
  await message(ben, 'Nine is fine').press('Enter');
  await ben.button(texts.talk.otherEmoji).click();
  await ben.page.getByLabel(texts.talk.emojiHint).fill('no');
  await ben.page.getByRole('dialog').getByRole('button', { name: texts.talk.react, exact: true }).click();
  await expect(ben.page.getByRole('dialog').getByRole('alert')).toHaveText(texts.errors['no-emoji']);
  await ben.page.getByLabel(texts.talk.emojiHint).fill('🥖');
  await ben.page.getByLabel(texts.talk.emojiHint).press('Enter');
  await expect(ana.log.getByText(texts.talk.reactionThem({ emoji: '🥖' }))).toBeAttached();
  await act(ana, 'Nine is fine', texts.talk.takeBack({ emoji: '❤️' }));
  await expect(ben.log.getByText(texts.talk.reactionThem({ emoji: '❤️' }))).toHaveCount(0);

  // An edit by the arrow key, with what was being written back afterwards.
  await ben.composer.fill('');
  await ben.composer.press('ArrowUp');
  await expect(ben.composer).toHaveValue('Nine is fine');
  await ben.composer.press('Escape');
  await expect(ben.composer).toHaveValue('');
  await ben.composer.fill('a draft');
  await act(ben, 'Nine is fine', texts.talk.edit);
  await ben.composer.fill('Half past nine is fine');
  await ben.composer.press('Enter');
  await expect(ben.composer).toHaveValue('a draft');
  await expect(message(ana, 'Half past nine is fine')).toContainText(texts.talk.edited);
  await expect(ana.log.getByText('Nine is fine', { exact: true })).toHaveCount(0);

  // Taken back: a trace at both, also where it was quoted.
  await act(ana, 'Shall we meet at nine?', texts.talk.unsend);
  await ana.page.getByRole('dialog').getByRole('button', { name: texts.talk.unsend }).click();
  await expect(ana.log.getByText(texts.talk.unsentYou)).toBeVisible();
  await expect(ben.log.getByText(texts.talk.unsentThem)).toBeVisible();
  await expect(ben.log).not.toContainText('Shall we meet at nine?');
  await expect(ana.log).not.toContainText('Shall we meet at nine?');

  // A timer that one proposes and the other agrees to.
  await ana.button(texts.more).click();
  await ana.button(texts.timer.title).click();
  await ana.page.getByRole('radio', { name: texts.timer.times.short }).check();
  await ana.button(texts.done).click();
  const time = texts.timer.times.short;
  await expect(ana.page.getByText(texts.timer.youWant({ time }))).toBeVisible();
  await expect(ben.page.getByText(texts.timer.theyWant({ time }))).toBeVisible();
  await ben.button(texts.timer.agree).click();
  for (const one of [ana, ben]) await expect(one.page.getByText(texts.timer.on({ time }))).toBeVisible();
});

test('presence and what was read are shown where their person wants that, and not before', async ({
  person,
  serve,
}) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  await says(ana, 'one');
  await expect(message(ben, 'one')).toBeVisible();
  await expect(message(ana, 'one')).not.toContainText(texts.presence.seen);
  await ben.button(texts.more).click();
  await ben.button(texts.settings).click();
  await ben.page.getByRole('switch', { name: texts.presence.tell }).click();
  await ben.page.getByRole('switch', { name: texts.presence.read }).click();
  await ben.button(texts.done).click();
  await expect(ana.page.getByText(texts.presence.here, { exact: true })).toBeVisible();
  await expect(message(ana, 'one')).toContainText(texts.presence.seen);
});

test('a page and a terminal do all of it with each other', async ({ person, terminal, serve }) => {
  const ana = await person();
  await ana.open(serve.here);
  const invite = await ana.newChat();
  const ben = terminal('join', '--loopback');
  ben.type(invite);
  await ana.connect(await ben.link('reply'));
  await ana.connected();
  await ben.event('open');
  expect(await ben.event('can')).toMatchObject({ talk: true });
  await says(ana, 'from the page');
  const { id } = await ben.event('message');

  ben.do({ do: 'send', ref: 'a', text: 'an answer', about: { ours: false, id } });
  const { id: answer } = await ben.event('sent');
  const told = (kind: string) =>
    ben.until(kind, () => ben.events.find((each) => each['event'] === 'talk' && each['kind'] === kind));
  await expect(
    ana.log.getByRole('button', { name: texts.talk.answersYou({ quote: 'from the page' }) }),
  ).toBeVisible();
  ben.do({ do: 'react', ref: 'b', about: { ours: false, id }, emoji: '👍' });
  await expect(ana.log.getByText(texts.talk.reactionThem({ emoji: '👍' }))).toBeAttached();
  ben.do({ do: 'edit', ref: 'c', id: answer, text: 'a better answer' });
  await expect(message(ana, 'a better answer')).toContainText(texts.talk.edited);

  await act(ana, 'a better answer', '❤️');
  expect(await told('reaction')).toMatchObject({
    kind: 'reaction',
    about: { ours: true, id: answer },
    emoji: '❤️',
  });
  await act(ana, 'a better answer', texts.talk.reply);
  await says(ana, 'and a reply');
  expect(
    await ben.until('a second message', () => ben.events.filter(({ event }) => event === 'message')[1]),
  ).toMatchObject({
    text: 'and a reply',
    about: { ours: true, id: answer },
  });
  await act(ana, 'and a reply', texts.talk.unsend);
  await ana.page.getByRole('dialog').getByRole('button', { name: texts.talk.unsend }).click();
  expect(await told('unsend')).toMatchObject({ kind: 'unsend', about: { ours: false } });
  ben.do({ do: 'unsend', ref: 'd', id: answer });
  await expect(ana.log.getByText(texts.talk.unsentThem)).toBeVisible();

  ben.do({ do: 'timer', ref: 'e', seconds: 3_600 });
  await ana.button(texts.timer.agree).click();
  expect(await told('timer')).toMatchObject({ kind: 'timer', seconds: 3_600 });
  ben.do({ do: 'presence', here: true });
  await expect(ana.page.getByText(texts.presence.here, { exact: true })).toBeVisible();
});
