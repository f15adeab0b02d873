import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FileAbout } from '../../../wasm/engine.d.ts';
import { english as texts } from '../language/english.ts';
import InChat from '../../test/InChat.svelte';
import type { ShownFiles } from './files.svelte.ts';
import { Transfer } from './transfer.svelte.ts';

afterEach(cleanup);

const about: FileAbout = { name: 'letter.pdf', kind: 'application/pdf', size: 48_000, voice: false };

let files: { [verb in 'keep' | 'stop']: ReturnType<typeof vi.fn<ShownFiles[verb]>> } & { room: number };
beforeEach(() => {
  files = {
    room: Infinity,
    keep: vi.fn<ShownFiles['keep']>().mockResolvedValue(undefined),
    stop: vi.fn<ShownFiles['stop']>().mockResolvedValue(undefined),
  };
});

const button = (name: string) => screen.getByRole('button', { name });
const buttons = () => screen.queryAllByRole('button').map((each) => each.textContent.trim());

function show(file: Transfer, ended = false) {
  render(InChat, { files, file, ended });
}

const theirs = (more: Partial<FileAbout> = {}) => new Transfer(false, { ...about, ...more });
const ours = (more: Partial<FileAbout> = {}) => new Transfer(true, { ...about, ...more });

describe('a file of theirs', () => {
  test('shows its name, what it is and how large, and asks', () => {
    show(theirs());
    expect(screen.getByText('letter.pdf')).toBeTruthy();
    expect(screen.getByText('Document, 48 kB')).toBeTruthy();
    expect(buttons()).toEqual([texts.saveFile, texts.decline]);
  });

  test('is kept on the device by Save, and refused by Decline', async () => {
    const file = theirs();
    show(file);
    await userEvent.click(button(texts.saveFile));
    expect(files.keep).toHaveBeenCalledWith(file, 'device');
    await userEvent.click(button(texts.decline));
    expect(files.stop).toHaveBeenCalledWith(file);
  });

  test.each([
    ['a picture', { name: 'a.png', kind: 'image/png' }, texts.showPicture],
    ['a sound', { name: 'a.ogg', kind: 'audio/ogg' }, texts.listen],
    ['a voice message', { voice: true, kind: 'audio/mp4' }, texts.listen],
  ])('%s comes into the page', async (_, more, name) => {
    const file = theirs(more);
    show(file);
    await userEvent.click(button(name));
    expect(files.keep).toHaveBeenCalledWith(file, 'here');
  });

  test.each([
    ['a huge picture', { name: 'a.png', kind: 'image/png', size: 50_000_001 }],
    ['an svg', { name: 'a.svg', kind: 'image/svg+xml' }],
    ['a video', { name: 'a.mp4', kind: 'video/mp4' }],
  ])('%s is saved, and not shown', (_, more) => {
    show(theirs(more));
    expect(buttons()).toEqual([texts.saveFile, texts.decline]);
  });

  test('a program is called one, with a warning, whatever it says that it is', () => {
    show(theirs({ name: 'holiday.png.exe', kind: 'image/png' }));
    expect(screen.getByText(texts.fileProgram)).toBeTruthy();
    expect(screen.getByText('Program, 48 kB')).toBeTruthy();
    expect(buttons()).toEqual([texts.saveFile, texts.decline]);
  });

  test('a voice message has no name of its sender’s', () => {
    show(theirs({ voice: true, name: 'You have won.exe', kind: 'audio/ogg' }));
    expect(screen.getByText(texts.voice.message)).toBeTruthy();
    expect(screen.queryByText(/won/)).toBeNull();
  });

  test('where a page keeps little, that is told before, and what is larger cannot be taken', () => {
    files.room = 1_000_000;
    show(theirs());
    expect(screen.getByText(texts.fileRoom({ room: 1_000_000 }))).toBeTruthy();
    cleanup();
    show(theirs({ size: 1_000_001 }));
    expect(screen.getByText(texts.fileTooLarge({ room: 1_000_000 }))).toBeTruthy();
    expect(buttons()).toEqual([texts.decline]);
  });

  test('the second of two quick clicks does not cancel what the first began', async () => {
    const file = theirs();
    files.keep.mockImplementation(() => {
      file.begins();
      return Promise.resolve(undefined);
    });
    show(file);
    await userEvent.dblClick(button(texts.saveFile));
    const cancel = await screen.findByRole('button', { name: texts.cancelFile });
    await fireEvent.click(cancel, { detail: 2 });
    expect(files.stop).not.toHaveBeenCalled();
  });

  test('the focus stays when the button that had it goes', async () => {
    const file = theirs();
    files.keep.mockImplementation(() => {
      file.begins();
      return Promise.resolve(undefined);
    });
    files.stop.mockImplementation(() => {
      file.ended('refused');
      return Promise.resolve(undefined);
    });
    show(file);
    button(texts.saveFile).focus();
    await userEvent.keyboard('{Enter}');
    expect(document.activeElement).toBe(button(texts.cancelFile));
    await userEvent.keyboard('{Enter}');
    expect(document.activeElement).toBe(document.querySelector('.card'));
  });

  test('each button says of which file it is', () => {
    show(theirs());
    const described = button(texts.saveFile).getAttribute('aria-describedby') ?? '';
    expect(document.getElementById(described)?.textContent).toBe('letter.pdf');
  });

  test('no room is told, and it can be pressed again', async () => {
    files.keep.mockResolvedValue('no-room');
    show(theirs());
    await userEvent.click(button(texts.saveFile));
    expect(screen.getByRole('alert').textContent.trim()).toBe(texts.fileNoRoom);
    expect(buttons()).toEqual([texts.saveFile, texts.decline]);
  });

  test('while it moves: how far it is, how fast, how long still, and Cancel', async () => {
    const file = theirs();
    show(file);
    file.goes(0, 0);
    file.goes(12_000, 1000);
    await tick();
    expect(screen.getByText('12 kB of 48 kB, 12 kB a second, 3 seconds left')).toBeTruthy();
    const bar = screen.getByRole('progressbar', { name: texts.fileMoves({ name: 'letter.pdf' }) });
    expect([bar.getAttribute('max'), (bar as HTMLProgressElement).value]).toEqual(['48000', 12_000]);
    await userEvent.click(button(texts.cancelFile));
    expect(files.stop).toHaveBeenCalledWith(file);
  });
});

describe('a file of ours', () => {
  test('can be withdrawn while nobody has taken it', async () => {
    const file = ours();
    show(file);
    expect(screen.getByText(texts.fileOffered)).toBeTruthy();
    await userEvent.click(button(texts.withdraw));
    expect(files.stop).toHaveBeenCalledWith(file);
  });
});

test.each(['whole', 'refused', 'withdrawn', 'unreadable', 'unstorable', 'lost'] as const)(
  'how it ended is told at both sides: %s',
  async (how) => {
    for (const [file, of] of [
      [ours(), texts.fileStates.ours],
      [theirs(), texts.fileStates.theirs],
    ] as const) {
      show(file);
      file.ended(how);
      await tick();
      expect(screen.getByRole('status').textContent.trim()).toBe(of[how]);
      expect(buttons()).toEqual([]);
      cleanup();
    }
  },
);

test('when the chat has ended there is nothing to press but to save what has come', async () => {
  URL.createObjectURL = () => 'blob:1';
  const clicked = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
  show(theirs(), true);
  expect(buttons()).toEqual([]);
  cleanup();
  const file = theirs();
  file.ended('whole', new Blob(['x']));
  show(file, true);
  await userEvent.click(button(texts.saveFile));
  expect(clicked).toHaveBeenCalledOnce();
});
