import { texts } from './texts.ts';
import { expect, test } from './fixtures.ts';

const cases = [
  { name: 'WebAssembly', ending: texts.troubles.wasm },
  { name: 'RTCPeerConnection', ending: texts.troubles.webrtc },
];

for (const { name, ending } of cases) {
  test(`a browser without ${name} is told in a plain sentence`, async ({ person, serve }) => {
    const ana = await person();
    await ana.page.addInitScript(`delete globalThis.${name}`);
    await ana.open(serve.here);
    await expect(ana.page.getByRole('heading', { name: ending.title })).toBeVisible();
    await expect(ana.alert).toHaveText(ending.text);
    await expect(ana.button('New chat')).toBeHidden();
    // The same for somebody who was sent a link.
    await ana.page.goto('about:blank');
    await ana.open(`${serve.here}#iThisIsNoInvite`);
    await expect(ana.alert).toHaveText(ending.text);
    expect(new URL(ana.page.url()).hash).toBe('');
  });
}
