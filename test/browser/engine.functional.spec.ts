// The engine as a page sees it, with a page that does everything wrong. Each test starts engines of its own in the
// program that the page has loaded, so that one which ends the program fails all that follows.
import type { Page } from '@playwright/test';
import type { Engine, StartEngine } from '../../wasm/engine.d.ts';
import { expect, test } from './fixtures.ts';
import type { Person } from './person.ts';

declare global {
  /** Of the engine, once its script has run. */
  var tincan: StartEngine | undefined;
  /** Makes what a field or an argument should not be. Put there by the test. */
  var odd: Record<string, () => unknown>;
}

async function loaded(person: Person, url: string): Promise<Page> {
  await person.open(url);
  await expect(person.button('New chat')).toBeEnabled();
  await person.page.waitForFunction(() => globalThis.tincan !== undefined);
  await person.page.evaluate(() => {
    const fail = (): never => {
      throw new TypeError('the page’s own');
    };
    const traps: ProxyHandler<object> = {
      get: fail,
      has: fail,
      ownKeys: fail,
      getPrototypeOf: fail,
      getOwnPropertyDescriptor: fail,
      apply: fail,
    };
    globalThis.odd = {
      undefined: () => undefined,
      null: () => null,
      true: () => true,
      NaN: () => NaN,
      'a negative infinity': () => -Infinity,
      'a big integer': () => 2n ** 64n,
      'a symbol': () => Symbol('s'),
      'an empty text': () => '',
      'a long text': () => 'x'.repeat(3_000_000),
      'half a character': () => '\ud83d',
      'a text with zeros': () => '\0\0',
      'a function': () => () => 0,
      'a class': () => class {},
      'an empty object': () => ({}),
      'an object without a prototype': () => Object.create(null) as object,
      'an object that cannot be a text': () => ({
        toString: fail,
        valueOf: fail,
        [Symbol.toPrimitive]: fail,
      }),
      'a getter that throws, everywhere': () => {
        const all = [
          'mode',
          'stun',
          'turn',
          'url',
          'username',
          'credential',
          'site',
          'loopback',
          'mailbox',
          'length',
          '0',
        ];
        return Object.defineProperties({}, Object.fromEntries(all.map((name) => [name, { get: fail }])));
      },
      'a proxy that throws': () => new Proxy({}, traps),
      'a proxy of an array that throws': () => new Proxy([], traps),
      'a proxy of a function that throws': () => new Proxy(() => 0, traps),
      'a proxy that was revoked': () => {
        const { proxy, revoke } = Proxy.revocable([], {});
        revoke();
        return proxy;
      },
      'an array that has itself in it': () => {
        const list: unknown[] = [];
        list.push(list, list);
        return list;
      },
      'an array of four thousand million': () => Object.assign([], { length: 2 ** 32 - 1 }),
      'an array with a hole that throws': () => Object.defineProperty([1, 2], '1', { get: fail }),
      'an array of another class': () => new (class extends Array<number> {})(3),
      'what is like an array': () => ({ length: 3, 0: 'a' }),
      'document.all': () => document.all,
      'another window': () => window,
      'a date': () => new Date(NaN),
      'a number in an object': () => Object(7) as object,
      'a buffer': () => new Uint8Array(9),
      'a promise that is refused': () => {
        const refused = Promise.reject(new Error('the page’s own'));
        refused.catch(() => undefined);
        return refused;
      },
    };
  });
  return person.page;
}

/** The program is there still, and makes chats. */
async function stillMakesChats(page: Page): Promise<void> {
  const link = await page.evaluate(async () => {
    const engine = await globalThis.tincan!(
      { site: location.href, loopback: true, mailbox: '' },
      () => undefined,
    );
    const code = await engine.create({ mode: 'local', stun: [], turn: [] }, false);
    const found = await engine.find(code.link);
    await engine.close();
    return found.kind;
  });
  expect(link).toBe('invite');
}

test('whatever is handed to a verb, it answers and the engine goes on', async ({ person, serve }) => {
  const page = await loaded(await person(), serve.here);
  const answers = await page.evaluate(async () => {
    const verbs = [
      'find',
      'create',
      'join',
      'accept',
      'put',
      'take',
      'send',
      'typing',
      'verify',
      'diagnostics',
      'close',
    ] as const;
    const engine = await globalThis.tincan!(
      { site: location.href, loopback: true, mailbox: '' },
      () => undefined,
    );
    let answers = 0;
    const unanswered: string[] = [];
    for (const verb of verbs) {
      const call = engine[verb].bind(engine) as (...args: unknown[]) => Promise<unknown>;
      for (const [name, make] of Object.entries(globalThis.odd)) {
        for (const args of [[make()], [make(), make()], ['', make()], ['', { mode: 'local' }, make()]]) {
          const late = new Promise((resolve) => setTimeout(resolve, 20_000, 'late'));
          const answer = await Promise.race([
            call(...args).then(
              () => 'done',
              (error: unknown) => (error as Error).message,
            ),
            late,
          ]);
          if (answer === 'late') unanswered.push(`${verb}(${name})`);
          answers++;
        }
        await engine.close();
      }
    }
    return {
      answers,
      unanswered,
      verbs: verbs.length,
      odd: Object.keys(globalThis.odd).length,
    };
  });
  expect(answers.unanswered).toEqual([]);
  expect(answers.answers).toBe(4 * answers.verbs * answers.odd);
  await stillMakesChats(page);
});

test('whatever stands in a network or a configuration, the engine goes on', async ({ person, serve }) => {
  const page = await loaded(await person(), serve.here);
  await page.evaluate(async () => {
    globalThis.reportError = () => undefined; // some of what is handed over is called as the listener, and throws
    const engine = await globalThis.tincan!(
      { site: location.href, loopback: true, mailbox: '' },
      () => undefined,
    );
    const local = { mode: 'local', stun: [], turn: [] };
    for (const make of Object.values(globalThis.odd)) {
      const networks: unknown[] = [
        { ...local, mode: make() },
        { ...local, stun: make() },
        { mode: 'all', stun: [make()], turn: [] },
        { ...local, turn: make() },
        { mode: 'all', stun: [], turn: [make()] },
        {
          mode: 'relay',
          stun: [],
          turn: [{ url: make(), username: make(), credential: make() }],
        },
      ];
      for (const network of networks) {
        const create = engine.create as (network: unknown, mailbox: unknown) => Promise<unknown>;
        await create(network, false).catch(() => undefined);
        await engine.close();
      }
      const start = globalThis.tincan as unknown as (...args: unknown[]) => Promise<Engine>;
      for (const args of [[make()], [{ site: make(), loopback: make(), mailbox: make() }, make()]]) {
        const other = await start(...args).catch(() => undefined);
        await other?.create({ mode: 'local', stun: [], turn: [] }, false).catch(() => undefined);
        await other?.close().catch(() => undefined);
      }
    }
  });
  await stillMakesChats(page);
});

test('a listener that throws loses its own event and no other', async ({ person, serve }) => {
  const page = await loaded(await person(), serve.here);
  const thrown = ['an error', 'a text', 'nothing', 'null', 'a revoked proxy', 'what cannot be a text'];
  for (const what of thrown) {
    const heard = await page.evaluate(async (what) => {
      const reported: unknown[] = [];
      globalThis.reportError = (error) => reported.push(error); // else the test's watch hears of it
      const heard: string[] = [];
      const told = new Map<string, () => void>();
      const until = (line: string) =>
        new Promise<void>((resolve) => {
          if (heard.includes(line)) resolve();
          else told.set(line, resolve);
        });
      const config = { site: location.href, loopback: true, mailbox: '' };
      const a = await globalThis.tincan!(config, (event) => {
        const line =
          event.type === 'message'
            ? `message ${event.text}`
            : event.type === 'state'
              ? event.state
              : event.type;
        heard.push(line);
        told.get(line)?.();
        if (what === 'an error') throw new Error('the page’s own');
        if (what === 'a text') throw 'a text';
        if (what === 'nothing') throw undefined;
        if (what === 'null') throw null;
        if (what === 'a revoked proxy') {
          const { proxy, revoke } = Proxy.revocable({}, {});
          revoke();
          throw proxy;
        }
        const fail = () => {
          throw new Error('even this');
        };
        throw {
          toString: fail,
          get name() {
            return fail();
          },
        };
      });
      const b = await globalThis.tincan!(config, (event) => {
        if (event.type === 'open') void Promise.all([1, 2, 3].map((n) => b.send('', `${n}`)));
      });
      const network = { mode: 'local', stun: [], turn: [] } as const;
      const invite = await a.create({ ...network, stun: [], turn: [] }, false);
      const reply = await b.join(invite.link, { ...network, stun: [], turn: [] }, false);
      await a.accept(reply.link, false);
      await until('message 3');
      await b.close();
      await until('closed');
      await a.close();
      return {
        heard: heard.filter((line) => line !== 'path' && line !== 'connecting'),
        reported: reported.length,
      };
    }, what);
    expect(heard.heard, what).toEqual([
      'waiting',
      'open',
      'open',
      'message 1',
      'message 2',
      'message 3',
      'closed',
    ]);
    expect(heard.reported, what).toBeGreaterThanOrEqual(7);
  }
  await stillMakesChats(page);
});

test('a page without a listener, or with one that is none, has an engine all the same', async ({
  person,
  serve,
}) => {
  const page = await loaded(await person(), serve.here);
  await page.evaluate(async () => {
    const start = globalThis.tincan as unknown as (...args: unknown[]) => Promise<Engine>;
    for (const listener of [undefined, null, 7, 'text', {}, Symbol('s'), new Proxy({}, {})]) {
      const engine = await start({ site: location.href, loopback: true, mailbox: '' }, listener);
      await engine.create({ mode: 'local', stun: [], turn: [] }, false);
      await engine.close();
    }
  });
  await stillMakesChats(page);
});

test('a chat that could not be made for a fault leaves room for the next', async ({ person, serve }) => {
  const page = await loaded(await person(), serve.here);
  const codes = await page.evaluate(async () => {
    const engine = await globalThis.tincan!(
      { site: location.href, loopback: true, mailbox: '' },
      () => undefined,
    );
    const network = () => ({ mode: 'local' as const, stun: [], turn: [] });
    const invite = await engine.create(network(), false);
    await engine.close();
    const real = globalThis.RTCPeerConnection;
    const codes: string[] = [];
    // Each makes the engine itself panic, past what it expects of a browser.
    const answers: unknown[] = [7, undefined, {}];
    for (const answer of answers) {
      globalThis.RTCPeerConnection = class extends real {
        override setLocalDescription = () => answer as Promise<void>;
        override setRemoteDescription = () => answer as Promise<void>;
      };
      for (const attempt of [
        () => engine.create(network(), false),
        () => engine.join(invite.link, network(), false),
      ]) {
        codes.push(
          await attempt().then(
            () => 'made',
            (error: { code: string }) => error.code,
          ),
        );
      }
    }
    globalThis.RTCPeerConnection = real;
    codes.push(
      await engine.create(network(), false).then(
        () => 'made',
        (error: { code: string }) => error.code,
      ),
    );
    await engine.close();
    return codes;
  });
  expect(codes).toEqual([...Array<string>(6).fill('internal'), 'made']);
});
