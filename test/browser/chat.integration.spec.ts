import { expect, test } from './fixtures.ts';
import { talk } from './messages.ts';
import { meet } from './person.ts';

test('two people in two profiles of one browser', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  expect(await ana.safetyWords()).toEqual(await ben.safetyWords());
  await talk(ana, ben);

  await ana.leave();
  await expect(ana.page.getByRole('heading', { name: 'You left the chat' })).toBeVisible();
  await expect(ben.page.getByRole('heading', { name: 'The other person left' })).toBeVisible();
});
