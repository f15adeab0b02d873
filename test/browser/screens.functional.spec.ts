import { expect, test } from './fixtures.ts';
import type { Person } from './person.ts';

const looks = [
  { name: 'desktop-light', width: 1280, height: 800, colorScheme: 'light' },
  { name: 'desktop-dark', width: 1280, height: 800, colorScheme: 'dark' },
  { name: '360-light', width: 360, height: 740, colorScheme: 'light' },
  { name: '360-dark', width: 360, height: 740, colorScheme: 'dark' },
  { name: '320-dark', width: 320, height: 568, colorScheme: 'dark' },
] as const;

/** Pictures of a screen for a human to look at, in test-results/screens; and nothing sticks out at the side. */
async function picture({ page }: Person, screen: string): Promise<void> {
  for (const { name, width, height, colorScheme } of looks) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: `test-results/screens/${screen}-${name}.png`, fullPage: true });
    const wide = await page.evaluate(() => ({
      page: document.documentElement.scrollWidth - innerWidth,
      // Boxes that scroll inside: the history must not scroll sideways either.
      boxes: [...document.querySelectorAll('body *')]
        .filter(
          (box) =>
            box.scrollWidth > box.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(box).overflowX),
        )
        .map((box) => `${box.tagName} ${box.getAttribute('aria-label') ?? box.className}`),
    }));
    expect.soft(wide.page, `${screen} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
    expect.soft(wide.boxes, `${screen} at ${width} px has boxes that scroll sideways`).toEqual([]);
  }
}

test('every screen, light and dark, from 320 px to a desktop', async ({ person, serve }) => {
  test.slow(); // 60 pictures
  const [ana, ben, cleo] = [await person(), await person(), await person()];
  await ana.open(serve.here);
  await expect(ana.button('New chat')).toBeEnabled();
  await picture(ana, '1-home');
  await ana.paste('see you at eight');
  await expect(ana.alert).toBeVisible();
  await picture(ana, '1-home-problem');

  const invite = await ana.newChat();
  await picture(ana, '2-invite');
  await ben.open(invite);
  await expect(ben.button('Join chat')).toBeEnabled();
  await picture(ben, '3-join');
  const reply = await ben.joinChat();
  await picture(ben, '4-reply');
  await cleo.open(reply);
  await expect(cleo.button('Copy reply')).toBeVisible();
  await picture(cleo, '5-reply-elsewhere');

  await ana.connect(reply);
  await ana.connected();
  await ben.connected();
  await picture(ben, '6-chat-empty');
  await ana.say('Hello! Did you get the link all right?');
  await ben.hears('Hello! Did you get the link all right?');
  await ana.say(
    'A longer message, as people write them when they have something to tell: it goes over several lines, so that one can see how wide a line gets and how the next one begins. '.repeat(
      2,
    ),
  );
  await ben.say('I did. Two lines,\nand an emoji 👩‍👩‍👧‍👦');
  await ben.say(`A long word: ${'w'.repeat(300)}`);
  await ana.say('مرحبا، كيف حالك؟');
  await ben.hears('مرحبا، كيف حالك؟');
  await expect(ana.log.getByText(/^(Sending|Sent)$/)).toHaveCount(0);
  await picture(ana, '6-chat');
  await ana.button('Verify').click();
  await expect(ana.button('They match')).toBeVisible();
  await picture(ana, '7-verify');
  await ana.button('They match').click();
  await picture(ana, '6-chat-verified');
  await ana.page.goBack();
  await expect(ana.button('Stay')).toBeVisible();
  await picture(ana, '8-leave-dialog');
  await ana.button('Leave anyway').click();
  await ana.ended('closed');
  await picture(ana, '9-ended');
  await ben.ended('left');
  await picture(ben, '9-ended-by-other');
});
