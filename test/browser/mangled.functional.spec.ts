import { texts } from './texts.ts';
import { expect, test } from './fixtures.ts';

test('a link is found in what programs make of it', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  const invite = await ana.newChat();
  const lines = invite.match(/.{1,60}/g) ?? [];
  const [site = '', code = ''] = invite.split('#');
  const proofpoint = encodeURIComponent(invite).replace(/[-_]/g, (c) => (c === '-' ? '%2D' : '%5F'));
  for (const [name, text] of [
    ['quoted-printable', lines.join('=\n')],
    ['quoted with initials', lines.map((line) => `AB> ${line}`).join('\n')],
    ['line numbers', lines.map((line, at) => `${at + 1} ${line}`).join('\n')],
    ['a signature right behind', `${invite}Sent from my phone`],
    [
      'Proofpoint',
      `https://urldefense.proofpoint.com/v2/url?u=${proofpoint.replaceAll('%2F', '_').replaceAll('%', '-')}&d=Dw&e=`,
    ],
    ['a backslash', `${site}#${code.slice(0, 50)}\\${code.slice(50)}`],
  ] as const) {
    await test.step(name, async () => {
      await ben.open(serve.here);
      await ben.paste(text);
      await expect(ben.button('Join chat')).toBeVisible();
    });
  }
  await ben.open(serve.here);
  await ben.paste(`${site}#${code.slice(0, 50)}${code.slice(52)}`);
  await expect(ben.alert).toHaveText(texts.errors.malformed);
});

test('an address that the clipboard holds as HTML alone', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  const invite = await ana.newChat();
  await ben.page.context().grantPermissions(['clipboard-write'], {
    origin: new URL(serve.here).origin,
  });
  for (const inField of [false, true]) {
    await ben.open(serve.here);
    await ben.page.evaluate(async (address) => {
      const link = document.createElement('a');
      link.href = address;
      link.textContent = 'Join my chat';
      const parts = {
        'text/html': link.outerHTML,
        'text/plain': 'Join my chat',
      };
      await navigator.clipboard.write([
        new ClipboardItem(
          Object.fromEntries(Object.entries(parts).map(([type, text]) => [type, new Blob([text], { type })])),
        ),
      ]);
    }, invite);
    const field = ben.field('Paste an invite or reply');
    if (inField) await field.focus();
    await ben.page.keyboard.press('Control+V');
    await expect(ben.button('Join chat')).toBeVisible();
  }
  await ana.connect(await ben.joinChat());
  await ana.connected();
});
