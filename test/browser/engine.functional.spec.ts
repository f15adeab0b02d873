// The engine as a page sees it, with a page that does everything wrong. Each test starts engines of its own in the
// program that the page has loaded, so that one which ends the program fails all that follows.
import type { Page } from '@playwright/test';
import type { Chat, ChatEvent, Engine, EngineError, Network, StartEngine } from '../../wasm/engine.d.ts';
import { expect, test } from './fixtures.ts';
import type { Person } from './person.ts';

declare global {
  /** Of the engine, once its script has run. */
  var tincan: StartEngine | undefined;
  /** Makes what a field or an argument should not be. Put there by the test. */
  var odd: Record<string, () => unknown>;
  /** Makes an ear. Put there by the test. */
  var ear: () => Ear;
}

/** Listens to one chat. */
interface Ear {
  heard: string[];
  hear: (event: ChatEvent) => void;
  /** Resolves when this was heard. */
  until: (line: string) => Promise<void>;
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

/** What ears hear is a line each; that the path was found may come at any time, and is none. */
async function listening(page: Page): Promise<void> {
  await page.evaluate(() => {
    const lineOf = (event: ChatEvent) => {
      switch (event.type) {
        case 'message':
          return `message ${event.text}`;
        case 'state':
          return `state ${event.state}`;
        case 'closed':
          return `closed ${event.reason}`;
        default:
          return event.type;
      }
    };
    globalThis.ear = () => {
      const heard: string[] = [];
      const told = new Map<string, () => void>();
      return {
        heard,
        hear: (event) => {
          if (event.type === 'path') return;
          const line = lineOf(event);
          heard.push(line);
          told.get(line)?.();
        },
        until: (line) =>
          new Promise((resolve) => {
            if (heard.includes(line)) resolve();
            else told.set(line, resolve);
          }),
      };
    };
  });
}

/** The program is there still, and makes chats. */
async function stillMakesChats(page: Page): Promise<void> {
  const link = await page.evaluate(async () => {
    const engine = await globalThis.tincan!({ site: location.href, loopback: true, mailbox: '' });
    const chat = await engine.create({ mode: 'local', stun: [], turn: [] }, false, () => undefined);
    const found = await engine.find(chat.code.link);
    await chat.close();
    return found.kind;
  });
  expect(link).toBe('invite');
}

test('the engine is compiled beside the page, and in it where no worker may be made', async ({
  person,
  serve,
}) => {
  for (const refused of [false, true]) {
    const ana = await person();
    await ana.page.addInitScript((refused) => {
      const compile = WebAssembly.compileStreaming.bind(WebAssembly);
      Object.assign(globalThis, { compiledHere: 0, Worker: refused ? undefined : Worker });
      WebAssembly.compileStreaming = (source) => {
        (globalThis as unknown as { compiledHere: number }).compiledHere++;
        return compile(source);
      };
    }, refused);
    const page = await loaded(ana, serve.here);
    expect(await page.evaluate('compiledHere')).toBe(refused ? 1 : 0);
    // It has done all that it is for.
    await expect.poll(() => page.workers().length).toBe(0);
    await stillMakesChats(page);
  }
});

test('whatever is handed to a verb, it answers and the engine goes on', async ({ person, serve }) => {
  const page = await loaded(await person(), serve.here);
  const answers = await page.evaluate(async () => {
    type Verb = (...args: unknown[]) => Promise<unknown>;
    globalThis.reportError = () => undefined; // some of what is handed over is called as the listener, and throws
    const engine = await globalThis.tincan!({ site: location.href, loopback: true, mailbox: '' });
    const fresh = () => engine.create({ mode: 'local', stun: [], turn: [] }, false, () => undefined);
    const ended = await fresh();
    await ended.leave();
    const verbsOf = (object: object) =>
      Object.entries(object).filter(([, verb]) => typeof verb === 'function') as [string, Verb][];
    const names = { engine: verbsOf(engine).length, chat: verbsOf(ended).length };
    const odd = Object.entries(globalThis.odd);
    let answers = 0;
    const unanswered: string[] = [];
    const ask = async (name: string, call: Verb, args: unknown[]) => {
      let late: ReturnType<typeof setTimeout> | undefined;
      const answer = await Promise.race([
        call(...args).then(
          (made) => (made as Partial<Chat> | undefined)?.leave?.(),
          (error: unknown) => (error as Error).message,
        ),
        new Promise((resolve) => (late = setTimeout(resolve, 20_000, 'late'))),
      ]);
      clearTimeout(late);
      if (answer === 'late') unanswered.push(name);
      answers++;
    };
    const lists = (make: () => unknown) => [
      [make()],
      [make(), make()],
      ['', make()],
      ['', { mode: 'local' }, make()],
      ['', { mode: 'local' }, false, make()],
    ];
    for (const [verb, call] of verbsOf(engine)) {
      for (const [name, make] of odd)
        for (const args of lists(make)) await ask(`${verb}(${name})`, call, args);
    }
    for (const [verb] of verbsOf(ended)) {
      const chat = await fresh();
      for (const [name, make] of odd) {
        for (const args of lists(make)) {
          for (const each of [chat, ended])
            await ask(`${verb}(${name})`, each[verb as keyof Chat] as unknown as Verb, args);
        }
      }
      await chat.leave();
    }
    return { answers, unanswered, names, odd: odd.length };
  });
  expect(answers.unanswered).toEqual([]);
  expect(answers.names).toEqual({ engine: 5, chat: 18 });
  expect(answers.answers).toBe(5 * (5 + 2 * 18) * answers.odd);
  await stillMakesChats(page);
});

test('whatever stands in a network or a configuration, the engine goes on', async ({ person, serve }) => {
  const page = await loaded(await person(), serve.here);
  await page.evaluate(async () => {
    const engine = await globalThis.tincan!({ site: location.href, loopback: true, mailbox: '' });
    const local = { mode: 'local', stun: [], turn: [] };
    const make = async (engine: Engine | undefined, network: unknown) => {
      const chat = await engine?.create(network as Network, false, () => undefined).catch(() => undefined);
      await chat?.leave();
    };
    for (const odd of Object.values(globalThis.odd)) {
      const networks: unknown[] = [
        { ...local, mode: odd() },
        { ...local, stun: odd() },
        { mode: 'all', stun: [odd()], turn: [] },
        { ...local, turn: odd() },
        { mode: 'all', stun: [], turn: [odd()] },
        {
          mode: 'relay',
          stun: [],
          turn: [{ url: odd(), username: odd(), credential: odd() }],
        },
      ];
      for (const network of networks) await make(engine, network);
      const start = globalThis.tincan as unknown as (...args: unknown[]) => Promise<Engine>;
      for (const config of [odd(), { site: odd(), loopback: odd(), mailbox: odd() }])
        await make(await start(config).catch(() => undefined), local);
    }
  });
  await stillMakesChats(page);
});

test('a listener that throws loses its own event and no other', async ({ person, serve }) => {
  const page = await loaded(await person(), serve.here);
  await listening(page);
  const thrown = ['an error', 'a text', 'nothing', 'null', 'a revoked proxy', 'what cannot be a text'];
  for (const what of thrown) {
    const heard = await page.evaluate(async (what) => {
      const reported: unknown[] = [];
      globalThis.reportError = (error) => reported.push(error); // else the test's watch hears of it
      const engine = await globalThis.tincan!({ site: location.href, loopback: true, mailbox: '' });
      const network = { mode: 'local' as const, stun: [], turn: [] };
      const [a, b] = [globalThis.ear(), globalThis.ear()];
      const inviter = await engine.create(network, false, (event) => {
        a.hear(event);
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
      const joiner = await engine.join(inviter.code.link, network, false, b.hear);
      await inviter.accept(joiner.code.link, false);
      await b.until('open');
      for (const n of [1, 2, 3]) void joiner.send('', `${n}`);
      await a.until('message 3');
      await joiner.close();
      await a.until('closed other-closed');
      return { heard: a.heard, reported: reported.length };
    }, what);
    expect(heard.heard, what).toEqual([
      'state waiting',
      'state connecting',
      'state open',
      'open',
      'can',
      'message 1',
      'message 2',
      'message 3',
      'closed other-closed',
    ]);
    expect(heard.reported, what).toBeGreaterThanOrEqual(8);
  }
  await stillMakesChats(page);
});

test('a page without a listener, or with one that is none, has a chat all the same', async ({
  person,
  serve,
}) => {
  const page = await loaded(await person(), serve.here);
  await page.evaluate(async () => {
    const engine = await globalThis.tincan!({ site: location.href, loopback: true, mailbox: '' });
    const create = engine.create as unknown as (...args: unknown[]) => Promise<Chat>;
    for (const listener of [undefined, null, 7, 'text', {}, Symbol('s'), new Proxy({}, {})]) {
      const chat = await create({ mode: 'local', stun: [], turn: [] }, false, listener);
      await chat.leave();
    }
  });
  await stillMakesChats(page);
});

test('a chat that could not be made for a fault leaves room for the next', async ({ person, serve }) => {
  const page = await loaded(await person(), serve.here);
  const codes = await page.evaluate(async () => {
    const engine = await globalThis.tincan!({ site: location.href, loopback: true, mailbox: '' });
    const network = () => ({ mode: 'local' as const, stun: [], turn: [] });
    const listener = () => undefined;
    const { code } = await engine.create(network(), false, listener);
    const real = globalThis.RTCPeerConnection;
    const codes: string[] = [];
    const codeOf = (attempt: Promise<Chat>) =>
      attempt.then(
        () => 'made',
        (error: { code: string }) => error.code,
      );
    // Each makes the engine itself panic, past what it expects of a browser.
    const answers: unknown[] = [7, undefined, {}];
    for (const answer of answers) {
      globalThis.RTCPeerConnection = class extends real {
        override setLocalDescription = () => answer as Promise<void>;
        override setRemoteDescription = () => answer as Promise<void>;
      };
      codes.push(await codeOf(engine.create(network(), false, listener)));
      codes.push(await codeOf(engine.join(code.link, network(), false, listener)));
    }
    globalThis.RTCPeerConnection = real;
    codes.push(await codeOf(engine.create(network(), false, listener)));
    return codes;
  });
  expect(codes).toEqual([...Array<string>(6).fill('internal'), 'made']);
});

test('what was found out is told with the failure, too', async ({ person, serve }) => {
  const page = await loaded(await person(), serve.here);
  const failed = await page.evaluate(async () => {
    const engine = await globalThis.tincan!({ site: location.href, loopback: true, mailbox: '' });
    const real = globalThis.RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends real {
      override setLocalDescription = () => Promise.reject(new DOMException('no', 'OperationError'));
    };
    const error = await engine
      .create({ mode: 'local', stun: [], turn: [] }, false, () => undefined)
      .then(
        () => undefined,
        (error: EngineError) => error,
      );
    globalThis.RTCPeerConnection = real;
    return { code: error?.code, diagnostics: error?.diagnostics };
  });
  expect(failed.code).toBe('internal');
  expect(failed.diagnostics).toContain('inviter, ways: local');
});

test('the first event comes once the page has its chat, and all come in order', async ({ person, serve }) => {
  const page = await loaded(await person(), serve.here);
  const heard = await page.evaluate(async () => {
    const engine = await globalThis.tincan!({ site: location.href, loopback: true, mailbox: '' });
    const network = { mode: 'local' as const, stun: [], turn: [] };
    const heard: string[] = [];
    let given: (() => void) | undefined;
    const told = new Promise<void>((resolve) => (given = resolve));
    // However many functions hand it on before somebody has it.
    const handedOn = async (depth: number): Promise<Chat> =>
      depth === 0
        ? engine.create(network, false, (event) => {
            heard.push(event.type === 'state' ? event.state : event.type);
            given?.();
          })
        : handedOn(depth - 1);
    const chat = await handedOn(40);
    heard.push('given');
    await told;
    await chat.leave();
    await new Promise((resolve) => setTimeout(resolve));
    return heard;
  });
  expect(heard).toEqual(['given', 'waiting', 'closed']);
});

test('one page has several chats at once: two of them talk, and one ends while others go on', async ({
  person,
  serve,
}) => {
  const page = await loaded(await person(), serve.here);
  await listening(page);
  const heard = await page.evaluate(async () => {
    const engine = await globalThis.tincan!({ site: location.href, loopback: true, mailbox: '' });
    const network = { mode: 'local' as const, stun: [], turn: [] };
    const pair = async () => {
      const [a, b] = [globalThis.ear(), globalThis.ear()];
      const inviter = await engine.create(network, false, a.hear);
      const joiner = await engine.join(inviter.code.link, network, false, b.hear);
      await inviter.accept(joiner.code.link, false);
      await Promise.all([a.until('open'), b.until('open')]);
      return { inviter, joiner, a, b };
    };
    const [first, second] = await Promise.all([pair(), pair()]);
    const third = globalThis.ear();
    const waiting = await engine.create(network, false, third.hear);
    await Promise.all([
      first.inviter.send('', 'in the first'),
      second.joiner.send('', 'in the second'),
      first.b.until('message in the first'),
      first.a.until('delivered'),
      second.a.until('message in the second'),
      second.b.until('delivered'),
    ]);
    // The reply to one invite is of no use in another chat, and a text of one is in no other.
    const crossed = await waiting
      .accept(first.joiner.code.link, true)
      .catch((error: EngineError) => error.code);
    await first.inviter.leave();
    await first.b.until('closed left');
    await second.inviter.send('', 'still here');
    await Promise.all([second.b.until('message still here'), second.a.until('delivered')]);
    await waiting.leave();
    await second.joiner.close();
    await second.a.until('closed other-closed');
    return {
      crossed,
      third: third.heard,
      firsts: [first.a.heard, first.b.heard],
      seconds: [second.a.heard, second.b.heard],
    };
  });
  const opens = (end: string[]) => [...end, 'state connecting', 'state open', 'open', 'can'];
  expect(heard.crossed).toBe('other-invite');
  expect(heard.third).toEqual(['state waiting', 'closed closed']);
  expect(heard.firsts).toEqual([
    [...opens(['state waiting']), 'delivered', 'closed closed'],
    [...opens(['state waiting']), 'message in the first', 'closed left'],
  ]);
  expect(heard.seconds).toEqual([
    [...opens(['state waiting']), 'message in the second', 'delivered', 'closed other-closed'],
    [...opens(['state waiting']), 'delivered', 'message still here', 'closed closed'],
  ]);
});

test('what a chat that has ended is asked has its plain answer', async ({ person, serve }) => {
  const page = await loaded(await person(), serve.here);
  await listening(page);
  const answers = await page.evaluate(async () => {
    const engine = await globalThis.tincan!({ site: location.href, loopback: true, mailbox: '' });
    const network = { mode: 'local' as const, stun: [], turn: [] };
    const complaints: unknown[] = [];
    console.error = (...said: unknown[]) => complaints.push(said); // Go's, of a function that was released
    const answers: Record<string, unknown>[] = [];
    for (const how of ['leave', 'close'] as const) {
      const ear = globalThis.ear();
      const chat = await engine.create(network, false, ear.hear);
      const before = await chat.diagnostics();
      // The page may do as it likes with what it was given.
      const { diagnostics } = chat;
      Object.defineProperty(chat, 'diagnostics', {
        set: () => {
          throw new Error('the page’s own');
        },
      });
      Object.freeze(chat);
      await chat[how]();
      await ear.until('closed closed');
      const answer: Record<string, unknown> = { begins: (await diagnostics()).startsWith(before) };
      for (const [verb, call] of Object.entries({
        accept: () => chat.accept('x', false),
        leaveAgain: () => chat.leaveAgain(),
        askNow: () => chat.askNow(),
        send: () => chat.send('', 'x'),
        verify: () => chat.verify(true),
        typing: () => chat.typing(),
        leave: () => chat.leave(),
        close: () => chat.close(),
      })) {
        answer[verb] = await call().then(
          () => 'done',
          (error: EngineError) => error.code,
        );
      }
      answers.push(answer);
    }
    return { answers, complaints };
  });
  const plain = {
    begins: true,
    accept: 'ended',
    leaveAgain: 'ended',
    askNow: 'ended',
    send: 'ended',
    verify: 'ended',
    typing: 'done',
    leave: 'done',
    close: 'done',
  };
  expect(answers).toEqual({ answers: [plain, plain], complaints: [] });
  await stillMakesChats(page);
});
