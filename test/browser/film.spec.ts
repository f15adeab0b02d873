import { writeFile } from 'node:fs/promises';
import gifenc from 'gifenc';
import { expect, test } from './fixtures.ts';
import type { Person } from './person.ts';
import { texts } from './texts.ts';

/* The moving picture of the README: a chat of two phones, from the first press on, as it really is. */

const { GIFEncoder, applyPalette, quantize } = gifenc;

const phone = { width: 360, height: 600 };
/** Between the phones, and around them; in pixels. */
const gap = 12;
const size = { width: 2 * phone.width + 3 * gap, height: phone.height + 2 * gap };

/** Puts two pictures side by side, and gives their pixels: four bytes each, row by row. */
async function beside({ page }: Person, pictures: Buffer[]): Promise<Uint8Array> {
  const given = { pictures: pictures.map((each) => each.toString('base64')), size, phone, gap };
  const pixels = await page.evaluate(async ({ pictures, size, phone, gap }) => {
    const pen = new OffscreenCanvas(size.width, size.height).getContext('2d');
    if (!pen) throw new Error('there is no canvas');
    pen.fillStyle = '#cfd4d6';
    pen.fillRect(0, 0, size.width, size.height);
    for (const [i, picture] of pictures.entries()) {
      const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      pen.drawImage(image, gap + i * (phone.width + gap), gap);
    }
    const { data } = pen.getImageData(0, 0, size.width, size.height);
    let text = '';
    for (let at = 0; at < data.length; at += 0x8000)
      text += String.fromCharCode(...data.subarray(at, at + 0x8000));
    return btoa(text);
  }, given);
  return new Uint8Array(Buffer.from(pixels, 'base64'));
}

test('a moving picture of a first chat @film', async ({ person, serve }) => {
  test.skip(process.env['TINCAN_FILM'] !== '1', 'writes site/screenshots/film.gif: make film');
  test.setTimeout(300_000);
  const [ana, ben, studio] = [await person(), await person(), await person()];
  for (const one of [ana, ben]) await one.page.setViewportSize(phone);
  await studio.page.goto('about:blank');
  const film = GIFEncoder();

  /** Takes a picture of both, to be seen for so many milliseconds. */
  async function shot(delay: number): Promise<void> {
    const pictures = [];
    for (const { page } of [ana, ben]) pictures.push(await page.screenshot({ animations: 'disabled' }));
    const pixels = await beside(studio, pictures);
    const palette = quantize(pixels, 128);
    film.writeFrame(applyPalette(pixels, palette), size.width, size.height, { palette, delay });
  }

  await ana.open(serve.here);
  await expect(ana.button(texts.newChat)).toBeEnabled();
  await shot(1500);
  const invite = await ana.newChat();
  await shot(2500);
  await ben.open(invite);
  await expect(ben.button(texts.joinChat)).toBeEnabled();
  await shot(2000);
  const reply = await ben.joinChat();
  await shot(2500);
  await ana.connect(reply);
  await ana.connected();
  await ben.connected();
  await shot(1500);
  for (const [one, other, text] of [
    [ana, ben, 'hey, is this really just us? 🥫'],
    [ben, ana, 'Just us. *Nothing* in between.'],
  ] as const) {
    for (const part of [text.slice(0, text.length / 2), text]) {
      await one.composer.fill(part);
      await shot(500);
    }
    await one.composer.press('Enter');
    await other.hears(text.replaceAll('*', ''));
    await shot(1500);
  }
  await ana.log.getByRole('article').last().press('Enter');
  await shot(1000);
  await ana.page.getByRole('dialog').getByRole('button', { name: '❤️' }).click();
  await expect(ben.log.getByText(texts.talk.reactionThem({ emoji: '❤️' }))).toBeAttached();
  await shot(1500);
  for (const one of [ana, ben]) await one.button(texts.verify).click();
  await shot(2500);
  film.finish();
  const bytes = film.bytes();
  expect(bytes.length, 'a README is read on phones, too').toBeLessThan(1_000_000);
  await writeFile(new URL('../../site/screenshots/film.gif', import.meta.url), bytes);
});
