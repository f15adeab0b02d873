import { setTimeout } from 'node:timers/promises';
import { expect, test } from './fixtures.ts';
import { greet } from './person.ts';

/** How late the reply comes: here the waiting is what is measured. */
const late = 280_000;

test.describe('a reply applied 280 s late opens the chat', { tag: '@slow' }, () => {
  test.skip(process.env['TINCAN_SLOW'] !== '1', 'takes 5 minutes: make slow, or TINCAN_SLOW=1');
  test.beforeEach(() => test.setTimeout(late + 60_000));

  test('two Chromium processes', async ({ person, chromium, serve }) => {
    const [ana, ben] = [await person(), await person(await chromium())];
    await ana.open(serve.here);
    await ben.open(await ana.newChat());
    const reply = await ben.joinChat();
    await setTimeout(late);
    await ana.connect(reply);
    await ana.connected();
    await ben.connected();
    await greet(ana, ben);
  });

  test('a terminal invited Chromium', async ({ person, terminal, serve }) => {
    const [ana, ben] = [terminal('new', '--loopback', '--site', serve.here), await person()];
    await ben.open(await ana.link('invite'));
    const reply = await ben.joinChat();
    await setTimeout(late);
    ana.do({ do: 'reply', link: reply });
    await ben.connected();
    ana.do({ do: 'send', ref: 'x', text: 'at last' });
    await ben.hears('at last');
    await ben.say('there you are');
    expect(await ana.messages(1)).toEqual(['there you are']);
  });

  test('Chromium invited a terminal', async ({ person, terminal, serve }) => {
    const [ana, ben] = [await person(), terminal('join', '--loopback')];
    await ana.open(serve.here);
    ben.type(await ana.newChat());
    const reply = await ben.link('reply');
    await setTimeout(late);
    await ana.connect(reply);
    await ana.connected();
    await ana.say('at last');
    expect(await ben.messages(1)).toEqual(['at last']);
    ben.do({ do: 'send', ref: 'x', text: 'there you are' });
    await ana.hears('there you are');
  });
});
