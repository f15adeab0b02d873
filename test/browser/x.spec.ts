import { test } from './fixtures.ts';
import { sample } from './messages.ts';
import { meet } from './person.ts';
test('x', async ({ person, serve }) => {
  const [ana, ben] = [await person(), await person()];
  await ana.open(serve.here);
  await meet(ana, ben);
  for (const who of ['short', 'long']) {
    let t = performance.now();
    const texts = who === 'short' ? Array.from({ length: 50 }, (_, i) => `s ${i}`) : sample('a').slice(0, 50);
    let f = 0, p = 0;
    for (const text of texts) {
      const a = performance.now();
      await ana.composer.fill(text);
      const b = performance.now();
      await ana.composer.press('Enter');
      f += b - a; p += performance.now() - b;
    }
    console.log(who, performance.now() - t, 'fill', f, 'press', p);
  }
});
