import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FileAbout, FileSink, FileSource } from '../../../wasm/engine.d.ts';
import { Files } from './files.svelte.ts';
import { Transfer } from './transfer.svelte.ts';

const about: FileAbout = { name: 'a.bin', kind: 'application/octet-stream', size: 5, voice: false };
const picture = { ...about, name: 'a.png', kind: 'image/png' };

/** The engine's part in it. */
class Chat {
  sources: FileSource[] = [];
  sinks = new Map<number, FileSink>();
  stopped: string[] = [];
  answers: (() => void)[] = [];
  held = false;

  sendFile = (_ref: string, _about: FileAbout, source: FileSource): Promise<number> => {
    this.sources.push(source);
    const id = this.sources.length;
    return this.held ? new Promise((resolve) => this.answers.push(() => resolve(id))) : Promise.resolve(id);
  };
  keepFile = (id: number, sink: FileSink): Promise<void> => {
    this.sinks.set(id, sink);
    return Promise.resolve();
  };
  stopFile = (ours: boolean, id: number): Promise<void> => {
    this.stopped.push(`${ours} ${id}`);
    return Promise.resolve();
  };
}

let chat: Chat;
let files: Files;
const clicked = vi.fn<(link: HTMLAnchorElement) => void>();
let now = 0;

beforeEach(() => {
  // Long after what the test before has saved: of many at once each waits for the one before.
  vi.spyOn(performance, 'now').mockReturnValue((now += 1e6));
  chat = new Chat();
  files = new Files(chat);
  clicked.mockReset();
  let made = 0;
  URL.createObjectURL = () => `blob:${++made}`;
  URL.revokeObjectURL = vi.fn<(url: string) => void>();
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    clicked(this);
  });
});

const bytes = (...values: number[]) => new Uint8Array(values);

/** A file of theirs that is on its way, and where the page keeps it. */
async function coming(of: FileAbout, where: 'here' | 'device' = 'device'): Promise<[Transfer, FileSink]> {
  const file = files.offered({ type: 'file', id: 7, ...of });
  await files.keep(file, where);
  const sink = chat.sinks.get(7);
  if (!sink) throw new Error('it is not wanted');
  return [file, sink];
}

function text(content: Blob | undefined): Promise<string> {
  return new Promise((resolve) => {
    const reader = new FileReader(); // jsdom's blobs have no other
    reader.onload = () => resolve(String(reader.result));
    reader.readAsText(content ?? new Blob(['nothing']));
  });
}

describe('a file of ours', () => {
  const content = () => new Blob([bytes(1, 2, 3, 4, 5)]);

  test('is read as the engine asks for it, to the last byte', async () => {
    await files.send('m1', new Transfer(true, about, content()));
    const into = new Uint8Array(3);
    await chat.sources[0]?.read(into, 2);
    expect([...into]).toEqual([3, 4, 5]);
  });

  test('that has become shorter is not read as something else', async () => {
    await files.send('m1', new Transfer(true, { ...about, size: 9 }, content()));
    await expect(chat.sources[0]?.read(new Uint8Array(9), 0)).rejects.toThrow('shorter');
  });

  test('tells how far it is, and how it ended', async () => {
    const file = new Transfer(true, about, content());
    await files.send('m1', file);
    expect(file.state).toBe('offered');
    files.progress({ type: 'progress', ours: true, id: 1, done: 2 });
    expect([file.state, file.done]).toEqual(['moving', 2]);
    await files.ended({ type: 'ended', ours: true, id: 1, how: 'whole' });
    expect([file.state, file.done]).toEqual(['whole', 5]);
    expect(clicked).not.toHaveBeenCalled();
  });

  test('may have ended before the engine has told its number', async () => {
    chat.held = true;
    const file = new Transfer(true, about, content());
    const sending = files.send('m1', file);
    await files.ended({ type: 'ended', ours: true, id: 1, how: 'refused' });
    expect(file.state).toBe('offered');
    chat.answers[0]?.();
    await sending;
    expect(file.state).toBe('refused');
  });

  test('is offered anew when the other page was reloaded', async () => {
    const file = new Transfer(true, about, content());
    await files.send('m1', file);
    files.progress({ type: 'progress', ours: true, id: 1, done: 2 });
    files.again();
    expect([file.state, file.done]).toEqual(['offered', 0]);
  });

  test('that could not be told of is over, and can be told of once more', async () => {
    const file = new Transfer(true, about, content());
    chat.sendFile = () => Promise.reject(new Error('too-many-files'));
    await expect(files.send('m1', file)).rejects.toThrow('too-many-files');
    expect([file.state, file.over]).toEqual(['failed', true]);
    chat.sendFile = () => Promise.resolve(1);
    await files.send('m2', file);
    expect(file.state).toBe('offered');
  });

  test('is withdrawn', async () => {
    const file = new Transfer(true, about, content());
    await files.send('m1', file);
    await files.stop(file);
    expect(chat.stopped).toEqual(['true 1']);
  });
});

describe('a file of theirs', () => {
  test('nothing of it comes before the person wants it', () => {
    const file = files.offered({ type: 'file', id: 7, ...about });
    expect([file.state, chat.sinks.size]).toEqual(['offered', 0]);
  });

  test('is saved under its name when it is whole', async () => {
    const [file, sink] = await coming(about);
    expect(file.state).toBe('moving');
    await sink.write(bytes(104, 101));
    await sink.write(bytes(108, 108, 111));
    await sink.finish();
    await files.ended({ type: 'ended', ours: false, id: 7, how: 'whole' });
    expect(await text(file.content)).toBe('hello');
    expect(clicked).toHaveBeenCalledOnce();
    expect(clicked.mock.calls[0]?.[0].download).toBe('a.bin');
  });

  test('begins anew where the engine says so', async () => {
    const [file, sink] = await coming(about);
    await sink.write(bytes(1, 2, 3));
    await sink.restart();
    await sink.write(bytes(104, 101, 108, 108, 111));
    await sink.finish();
    await files.ended({ type: 'ended', ours: false, id: 7, how: 'whole' });
    expect(await text(file.content)).toBe('hello');
  });

  test('what is shown here is not saved by itself', async () => {
    const [file, sink] = await coming(picture, 'here');
    await sink.write(bytes(104, 101, 108, 108, 111));
    await sink.finish();
    await files.ended({ type: 'ended', ours: false, id: 7, how: 'whole' });
    expect(await text(file.content)).toBe('hello');
    expect(clicked).not.toHaveBeenCalled();
  });

  test('that breaks off leaves nothing', async () => {
    const [file, sink] = await coming(about);
    await sink.write(bytes(1, 2, 3));
    await files.ended({ type: 'ended', ours: false, id: 7, how: 'withdrawn' });
    expect([file.state, file.content]).toEqual(['withdrawn', undefined]);
  });

  test('is refused', async () => {
    await files.stop(files.offered({ type: 'file', id: 7, ...about }));
    expect(chat.stopped).toEqual(['false 7']);
  });

  test('that is too large for the memory of a page has no room where there is nothing else', async () => {
    const file = files.offered({ type: 'file', id: 7, ...about, size: files.room + 1 });
    expect(await files.keep(file, 'device')).toBe('no-room');
    expect([file.state, chat.sinks.size]).toEqual(['offered', 0]);
  });

  test('that the engine does not know any more is lost', async () => {
    chat.keepFile = () => Promise.reject(new Error('no-file'));
    const file = files.offered({ type: 'file', id: 7, ...about });
    await files.keep(file, 'device');
    expect(file.state).toBe('lost');
  });
});

describe('where the browser has a dialog of its own', () => {
  const scope = globalThis as { showSaveFilePicker?: unknown };
  afterEach(() => delete scope.showSaveFilePicker);

  test('a second press while it is open does nothing', async () => {
    let choose: (handle: unknown) => void = () => undefined;
    const dialog = vi.fn<() => Promise<unknown>>(() => new Promise((resolve) => (choose = resolve)));
    scope.showSaveFilePicker = dialog;
    const file = files.offered({ type: 'file', id: 7, ...about });
    const first = files.keep(file, 'device');
    await files.keep(file, 'device');
    expect([dialog.mock.calls.length, file.state]).toEqual([1, 'offered']);
    choose({});
    await first;
    expect([file.state, chat.sinks.size]).toEqual(['moving', 1]);
  });

  test('nothing comes where it is closed without a choice', async () => {
    scope.showSaveFilePicker = () => Promise.reject(new DOMException('', 'AbortError'));
    const file = files.offered({ type: 'file', id: 7, ...about });
    await files.keep(file, 'device');
    expect([file.state, chat.sinks.size]).toEqual(['offered', 0]);
  });

  test('where a policy forbids it, the file comes the next way', async () => {
    scope.showSaveFilePicker = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    const file = files.offered({ type: 'file', id: 7, ...about });
    await files.keep(file, 'device');
    expect([file.state, chat.sinks.size]).toEqual(['moving', 1]);
  });

  test('a second file that is saved while it is open does not come', async () => {
    let choose: (handle: unknown) => void = () => undefined;
    scope.showSaveFilePicker = () => new Promise((resolve) => (choose = resolve));
    const [one, two] = [7, 8].map((id) => files.offered({ type: 'file', id, ...about }));
    if (!one || !two) throw new Error('there are none');
    const first = files.keep(one, 'device');
    await files.keep(two, 'device');
    expect([two.state, chat.sinks.size]).toEqual(['offered', 0]);
    choose({});
    await first;
    expect(one.state).toBe('moving');
  });

  test('what was withdrawn meanwhile does not come', async () => {
    let choose: (handle: unknown) => void = () => undefined;
    scope.showSaveFilePicker = () => new Promise((resolve) => (choose = resolve));
    const file = files.offered({ type: 'file', id: 7, ...about });
    const keeping = files.keep(file, 'device');
    await files.ended({ type: 'ended', ours: false, id: 7, how: 'withdrawn' });
    const remove = vi.fn<() => Promise<void>>().mockResolvedValue(undefined);
    choose({ remove });
    await keeping;
    expect([file.state, chat.sinks.size]).toEqual(['withdrawn', 0]);
    expect(remove, 'the browser has made an empty file').toHaveBeenCalledOnce();
  });
});

test('a voice message is saved under a name of ours', async () => {
  const [, sink] = await coming({ ...about, name: 'invoice.docm', kind: 'audio/ogg', voice: true });
  await sink.write(bytes(104, 101, 108, 108, 111));
  await sink.finish();
  await files.ended({ type: 'ended', ours: false, id: 7, how: 'whole' });
  expect(clicked.mock.calls[0]?.[0].download).toBe('voice.ogg');
});

test('thousands of offers that are withdrawn are forgotten', async () => {
  for (let id = 1; id <= 5_000; id++) {
    files.offered({ type: 'file', id, ...about });
    await files.ended({ type: 'ended', ours: false, id, how: 'withdrawn' });
  }
  const last = files.offered({ type: 'file', id: 1, ...about });
  files.progress({ type: 'progress', ours: false, id: 1, done: 1 });
  expect(last.state).toBe('moving');
});

describe('pictures that come by themselves', () => {
  const offer = (id: number, size: number, kind = 'image/png') =>
    files.offered({ type: 'file', id, ...picture, kind, size });

  test('none does where that is not wanted', () => {
    offer(1, 10);
    expect(chat.sinks.size).toBe(0);
  });

  test('one does where it is, up to 10 MB', () => {
    files.picturesCome = true;
    offer(1, 10_000_000);
    offer(2, 10_000_001);
    offer(3, 10, 'image/svg+xml');
    offer(4, 10, 'text/html');
    expect([...chat.sinks.keys()]).toEqual([1]);
  });

  test('they end at 200 MB, so that nobody fills the memory', () => {
    files.picturesCome = true;
    for (let id = 1; id <= 30; id++) offer(id, 10_000_000);
    expect(chat.sinks.size).toBe(20);
  });
});

test('when the chat ends, what was under way is lost, and what has come stays', async () => {
  const [file, sink] = await coming(about, 'here');
  await sink.write(bytes(104, 101, 108, 108, 111));
  await sink.finish();
  await files.ended({ type: 'ended', ours: false, id: 7, how: 'whole' });
  const waits = files.offered({ type: 'file', id: 8, ...about });
  files.over();
  expect([file.state, waits.state]).toEqual(['whole', 'lost']);
  expect(await text(file.content)).toBe('hello');
});

test('what the browser may still be saving when the chat is left goes a minute later, or at once by Wipe', async () => {
  vi.useFakeTimers();
  try {
    for (const [patience, stays] of [
      [undefined, true],
      [0, false],
    ] as const) {
      files = new Files(chat);
      const [file, sink] = await coming(about);
      await sink.write(bytes(104, 101, 108, 108, 111));
      await sink.finish();
      await files.ended({ type: 'ended', ours: false, id: 7, how: 'whole' });
      const forgetting = files.forgetAll(patience);
      await vi.advanceTimersByTimeAsync(59_000);
      expect(file.content !== undefined).toBe(stays);
      await vi.advanceTimersByTimeAsync(2_000);
      await forgetting;
      expect(file.content).toBeUndefined();
    }
  } finally {
    vi.useRealTimers();
  }
});

test.each(['refused', 'withdrawn', undefined] as const)(
  'so does one of ours that was looked at and did not arrive: %s',
  async (how) => {
    const file = new Transfer(true, picture, new Blob(['x']));
    await files.send('m1', file);
    await file.look(() => Promise.resolve({ type: 'image/png', width: 1, height: 1 }));
    const { src } = file;
    if (how) await files.ended({ type: 'ended', ours: true, id: 1, how });
    await files.forgetAll();
    expect([file.content, file.seen]).toEqual([undefined, undefined]);
    expect(URL.revokeObjectURL).toHaveBeenCalledWith(src);
  },
);

test('when the chat is left, the content and its addresses go', async () => {
  const [file, sink] = await coming(picture, 'here');
  await sink.write(bytes(104, 101, 108, 108, 111));
  await sink.finish();
  await files.ended({ type: 'ended', ours: false, id: 7, how: 'whole' });
  const { src } = file;
  await files.forgetAll();
  expect(file.content).toBeUndefined();
  expect(URL.revokeObjectURL).toHaveBeenCalledWith(src);
});
