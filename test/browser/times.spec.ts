import { expect, test } from './fixtures.ts';
import { Stun } from './stun.ts';

/** Chats begun for each row; the middle one is printed. */
const rounds = 7;

test(
  'times: New chat pressed → link on the screen',
  { tag: '@times' },
  async ({ person, terminal, serve }) => {
    test.skip(process.env['TINCAN_TIMES'] !== '1', 'prints times, proves nothing: make times');
    const [alive, dead] = [await Stun.start('203.0.113.7:50000'), await Stun.start()];
    const rows: string[] = [];
    for (const [name, stun] of [
      ['STUN answers', alive],
      ['STUN is dead', dead],
      ['no STUN', undefined],
    ] as const) {
      const page: number[] = [];
      for (let i = 0; i < rounds; i += 1) {
        const ana = await person();
        await ana.page.route('**/config.json', (route) =>
          route.fulfill({ json: { stun: stun ? [stun.address] : [] } }),
        );
        await ana.open(serve.here);
        await expect(ana.button('New chat')).toBeEnabled();
        // Measured inside the page: a driver has a round trip of its own.
        page.push(
          await ana.page.evaluate(async () => {
            const began = performance.now();
            [...document.querySelectorAll('button')]
              .find((button) => button.textContent?.trim() === 'New chat')
              ?.click();
            while (!document.querySelector('textarea[readonly]')) await new Promise(requestAnimationFrame);
            return performance.now() - began;
          }),
        );
        await ana.page.context().close();
      }
      const program: number[] = [];
      for (let i = 0; i < rounds; i += 1) {
        const began = performance.now();
        const one = terminal('new', ...(stun ? ['--stun', stun.address] : ['--loopback']));
        await one.link('invite');
        program.push(performance.now() - began);
        one.do({ do: 'close' });
        await one.ended();
      }
      rows.push(`${name.padEnd(14)} ${middle(page).padStart(9)} ${middle(program).padStart(9)}`);
    }
    console.log(
      ['', `${'link ready, ms'.padEnd(14)} ${'page'.padStart(9)} ${'terminal'.padStart(9)}`, ...rows].join(
        '\n',
      ),
    );
    await alive.stop();
    await dead.stop();
  },
);

function middle(times: number[]): string {
  return String(Math.round(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0));
}
