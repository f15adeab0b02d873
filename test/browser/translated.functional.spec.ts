import { texts } from './texts.ts';
import { checkerAndDarkener, translator, wordByWord } from './changed-by-others.ts';
import { expect, test } from './fixtures.ts';
import { Person } from './person.ts';

/* The page in browsers that translate it or have extensions that change it: what it says stays true. */

/** Somebody who reads the page in the words of a translator: each is in angle brackets, and else the same. */
class Reader extends Person {
  /** The text that is on the page here, less the brackets. */
  read(selector: string): Promise<string[]> {
    return this.page
      .locator(selector)
      .evaluateAll((all) =>
        all.map((each) => (each.textContent ?? '').replace(/[<>]/g, '').replace(/\s+/g, ' ').trim()),
      );
  }

  /** The page says this here, and nothing else. */
  async reads(selector: string, ...sentences: string[]): Promise<void> {
    await expect.poll(() => this.read(selector), { message: selector }).toEqual(sentences);
  }

  /** Presses the button of this name, whatever was made of it. */
  async press(name: string): Promise<void> {
    await expect
      .poll(() =>
        this.page.evaluate((name) => {
          const button = [...document.querySelectorAll('button')].find(
            (each) =>
              !each.disabled &&
              each.checkVisibility() &&
              (each.getAttribute('aria-label') ?? each.textContent ?? '').replace(/[<>]/g, '').trim() ===
                name,
          );
          button?.click();
          return button !== undefined;
        }, name),
      )
      .toBe(true);
  }
}

for (const [name, script] of [
  ['a translator', translator],
  ['a translator that goes word by word', wordByWord],
  ['a checker of spelling and a darkener', checkerAndDarkener],
] as const) {
  test(`with ${name} every sentence stays true, and messages stay as they are`, async ({ person, serve }) => {
    const [ana, ben] = [new Reader((await person()).page), await person()];
    await ana.open(serve.here);
    await expect(ana.button(texts.newChat)).toBeEnabled();
    await ana.page.evaluate(script);

    // A problem, another one, and none.
    const paste = ana.page.locator('.paste textarea');
    for (const [text, sentence] of [
      ['nothing', texts.errors['no-code']],
      [' ', texts.errors.empty],
      ['nothing again', texts.errors['no-code']],
    ] as const) {
      await paste.fill(text);
      await paste.press('Enter');
      await ana.reads('[role=alert]', sentence);
    }
    await ana.press(texts.newChat);
    await ana.reads('h1', texts.inviteTitle);
    await ana.reads('[role=alert]');
    const link = await ana.page.locator('textarea[readonly]').inputValue();
    expect(link).toContain('#i');
    await ana.press(texts.copyLink);
    await expect.poll(() => ana.read('[aria-live]')).toContain(texts.copied);

    await ben.open(link);
    const answer = await ben.joinChat();
    const reply = ana.page.locator('textarea:not([readonly])');
    await reply.fill(link);
    await reply.press('Enter');
    await ana.reads('[role=alert]', texts.errors['own-invite']);
    await reply.fill(answer);
    await reply.press('Enter');
    await ana.reads('.status', texts.statuses.direct);
    await expect(ana.page.locator('[role=log]')).toBeVisible();

    await ana.reads('.trust strong', texts.notVerified);
    const words = await ben.safetyWords();
    await ana.press(texts.verify);
    expect(await ana.page.getByRole('dialog').getByRole('listitem').allTextContents()).toEqual(
      words.slice(0, 6),
    );
    await ana.press(texts.match);
    await ana.reads('.trust strong', texts.verified);

    await ana.page.locator('footer textarea').fill('hello there, how are you?');
    await ana.page.locator('footer textarea').press('Enter');
    await ben.hears('hello there, how are you?');
    await ana.reads('.message .state', texts.delivered);
    await ben.say('fine **today**, and `code`');
    await ben.say('1. one\n2. two');
    const messages = () => ana.page.locator('.message .text').allTextContents();
    await expect
      .poll(async () => (await messages()).map((text) => text.trim()))
      .toEqual(['hello there, how are you?', 'fine today, and code', expect.stringMatching(/^one\s*two$/)]);

    await ana.page.locator('footer textarea').fill('not sent');
    await ben.leave();
    await ana.reads('.status', texts.statuses.left);
    await ana.reads('footer h2', texts.endings.left.title);
    await expect.poll(() => ana.read('footer p')).toContain(texts.endings.left.text);
    await expect(ana.page.locator('.trust')).toHaveCount(0);
    await expect(ana.page.locator('footer textarea')).toHaveValue('not sent');
    expect(await messages()).toHaveLength(3);
    await ana.press(texts.newChat);
    await ana.reads('h1', texts.inviteTitle);
    expect(await ana.page.locator('textarea[readonly]').inputValue()).toContain('#i');
    await expect(ana.page.locator('[role=log]')).toHaveCount(0);
  });
}
