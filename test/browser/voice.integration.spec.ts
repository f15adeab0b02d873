import { loopbackSwitches } from './chromium.ts';
import { expect, test } from './fixtures.ts';
import { meet } from './person.ts';
import { texts } from './texts.ts';

test('a voice message: recorded, heard before it goes, taken and played', async ({
  person,
  chromium,
  serve,
}) => {
  const recording = await chromium([...loopbackSwitches, '--use-fake-device-for-media-stream']);
  const [ana, ben] = [await person(recording), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  await ana.button(texts.voice.message).press('Enter');
  // The browser's own microphone beeps once a second.
  await expect(ana.page.getByText('0:02', { exact: true })).toBeVisible();
  await ana.button(texts.voice.listen).click();
  await ana.page
    .getByRole('group', { name: texts.voice.message })
    .getByRole('button', { name: texts.voice.play })
    .click();
  await ana.button(texts.send).click();
  await expect(ana.composer).toBeFocused();

  const card = ben.log.locator('.card');
  await expect(card).toContainText(texts.voice.message);
  await card.getByRole('button', { name: texts.listen }).click();
  const slider = card.getByRole('slider', { name: texts.voice.position });
  await expect(slider).toBeVisible();
  await card.getByRole('button', { name: texts.voice.play }).click();
  await expect.poll(() => slider.inputValue().then(Number)).toBeGreaterThan(0.5);
  await expect(ana.log.locator('.card')).toContainText(texts.fileStates.ours.whole);
});
