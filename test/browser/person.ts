import { expect, type Locator, type Page } from '@playwright/test';
import type { Reason } from '../../wasm/engine.d.ts';
import { texts } from './texts.ts';

/** One line of the history as it is shown. */
export interface Shown {
  who: string;
  text: string;
  state: string;
}

/** Somebody at a page of tincan, who finds things as a person or a screen reader does. */
export class Person {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  field(name: string): Locator {
    return this.page.getByRole('textbox', { name, exact: true });
  }

  get status(): Locator {
    return this.page.getByRole('status');
  }

  get alert(): Locator {
    return this.page.getByRole('alert');
  }

  get log(): Locator {
    return this.page.getByRole('log', { name: 'Messages' });
  }

  get composer(): Locator {
    return this.field('Message');
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url);
  }

  /** Presses New chat and reads the link. */
  async newChat(): Promise<string> {
    await this.button('New chat').click();
    return this.inviteLink();
  }

  inviteLink(): Promise<string> {
    return this.field('Invite link').inputValue();
  }

  /** Presses Join chat and reads the reply link. */
  async joinChat(): Promise<string> {
    await this.button('Join chat').click();
    return this.replyLink();
  }

  /** The reply, which is folded away while it goes by itself. */
  replyLink(): Promise<string> {
    return this.page.getByLabel('Reply link', { exact: true }).inputValue();
  }

  /** Unfolds what an opened invite offers besides Join chat. */
  async more(): Promise<void> {
    await this.page.getByText(texts.joinMore).click();
  }

  /** Has chosen, on this device and before, that replies come back by themselves. */
  async choseMailbox(url: string): Promise<void> {
    await this.open(url);
    await this.page.evaluate(() => localStorage.setItem('tincan-mailbox', 'on'));
    await this.page.reload();
    await expect(this.button('New chat')).toBeEnabled();
  }

  /** Pastes what came back beside the invite. */
  async connect(reply: string): Promise<void> {
    const folded = this.page.locator('summary', { hasText: texts.replyByItself });
    if (await folded.isVisible()) await folded.click();
    await this.field('Reply').fill(reply);
    await this.button('Connect').click();
  }

  /** Pastes on the start page. */
  async paste(text: string): Promise<void> {
    await this.field('Paste an invite or reply').fill(text);
    await this.button('Open').click();
  }

  async connected(): Promise<void> {
    await expect(this.log).toBeVisible();
    const { direct } =
      (this.page.viewportSize()?.width ?? 1280) <= 544 ? texts.statusesShort : texts.statuses;
    await expect(this.status).toHaveText(direct);
  }

  /** Opens a reply link, and connects in the tab that waits for it. */
  async openReply(reply: string): Promise<void> {
    await this.open(reply);
    await this.button(texts.elsewhereConnect).click();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** The history, exactly as it is on the page, long messages shown whole. */
  async history(): Promise<Shown[]> {
    const folded = this.log.getByRole('button', { name: texts.showAll, exact: true });
    // One that comes meanwhile is folded, too.
    await expect(async () => {
      await folded.evaluateAll((buttons) => {
        for (const button of buttons) if (button instanceof HTMLElement) button.click();
      });
      expect(await folded.count()).toBe(0);
    }).toPass({ timeout: 30_000 });
    return this.log.getByRole('listitem').evaluateAll((items) =>
      items
        .filter((item) => item.querySelector('.message')) // neither the days between them nor a list in one
        .map((item) => ({
          who: item.querySelector('.author')?.textContent ?? '',
          text: [...(item.querySelector('.text')?.childNodes ?? [])]
            .map((node) => (node instanceof Element && node.matches('.fold') ? '' : node.textContent))
            .join(''),
          state:
            /Delivered|Sending|Sent|Waiting|Not delivered/.exec(
              item.querySelector('.meta')?.textContent ?? '',
            )?.[0] ?? '',
        })),
    );
  }

  /** Waits until a text of the other person is there. */
  async hears(text: string): Promise<void> {
    await expect(
      this.log.getByRole('listitem').filter({ hasText: 'Them' }).getByText(text, { exact: true }),
    ).toBeVisible();
  }

  /** The safety words, read from the dialog. */
  async safetyWords(): Promise<string[]> {
    await this.button('Verify').click();
    const dialog = this.page.getByRole('dialog', { name: texts.verifyTitle });
    const words = await dialog.getByRole('listitem').allTextContents();
    const digits = (await dialog.getByText('Or as numbers:').locator('..').textContent()) ?? '';
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect(dialog).toBeHidden();
    return [...words, digits];
  }

  /** The chat is over, and the page says so, for one of these reasons. */
  async ended(...reasons: Reason[]): Promise<void> {
    const titles = reasons.map((reason) => texts.endings[reason].title);
    await expect(this.page.getByRole('heading', { name: new RegExp(`^(${titles.join('|')})$`) })).toBeVisible(
      {
        timeout: 30_000, // a silence is taken for an end after 15 s
      },
    );
  }

  /** Leaves the chat, and says so once more where something was said in it. */
  async leave(): Promise<void> {
    await this.button('Leave').click();
    const sure = this.page.getByRole('dialog').getByRole('button', { name: texts.leaving.chat.leave });
    const left = this.page.getByRole('heading', { name: texts.endings.closed.title });
    await sure.or(left).waitFor();
    if (await sure.isVisible()) await sure.click();
  }
}

/** The whole way by hand: an invite link over, a reply link back. */
export async function meet(inviter: Person, joiner: Person): Promise<{ invite: string; reply: string }> {
  const invite = await inviter.newChat();
  await joiner.open(invite);
  const reply = await joiner.joinChat();
  await inviter.connect(reply);
  await Promise.all([inviter.connected(), joiner.connected()]);
  return { invite, reply };
}

/** Both have what the other said last: the chat works in both directions. */
export async function greet(a: Person, b: Person): Promise<void> {
  const [from, back] = [`hello ${Math.random()}`, `hello to you ${Math.random()}`];
  await a.say(from);
  await b.hears(from);
  await b.say(back);
  await a.hears(back);
}
