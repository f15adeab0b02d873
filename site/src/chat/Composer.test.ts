import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { english as texts } from '../language/english.ts';
import { isBlank } from './blank.ts';
import Composer from './Composer.svelte';

afterEach(cleanup);

const nothing = {
  nothing: '',
  space: ' ',
  tab: '\t',
  lines: '\n\r\n',
  'no-break space': '\u00A0',
  'ideographic space': '\u3000',
  'thin space': '\u2009',
  'Ogham space': '\u1680',
  'mathematical space': '\u205F',
  'line separator': '\u2028',
  'paragraph separator': '\u2029',
  'next line': '\u0085',
  'zero width space': '\u200B',
  'zero width joiner': '\u200D',
  'zero width non-joiner': '\u200C',
  'word joiner': '\u2060',
  'byte order mark': '\uFEFF',
  'soft hyphen': '\u00AD',
  'blank Braille': '\u2800',
  'Hangul filler': '\u3164',
  'half-width Hangul filler': '\uFFA0',
  'filler of initial consonants': '\u115F',
  'filler of vowels': '\u1160',
  'combining grapheme joiner': '\u034F',
  'variation selector': '\uFE0F',
  'supplementary variation selector': '\u{E0100}',
  tag: '\u{E0041}',
  'right-to-left override': '\u202E',
  isolate: '\u2067\u2069',
  'mark of direction': '\u200E\u061C',
  'invisible times': '\u2062',
  'Mongolian vowel separator': '\u180E',
  'Khmer inherent vowel': '\u17B4',
  'interlinear annotation': '\uFFF9\uFFFB',
  'musical format': '\u{1D173}',
  'null notehead': '\u{1D159}',
  'Khitan filler': '\u{16FE4}',
  'control character': '\u0007',
  'half of a pair': '\uD83D',
  'many of them': ' \u200B\u2800\n\u3164\uFE0F\t',
};

test.each(Object.entries(nothing))('%s can’t be sent', async (_name, text) => {
  const [onsend, ontyping] = [vi.fn(), vi.fn()];
  render(Composer, { onsend, ontyping });
  const field = screen.getByRole('textbox');
  await fireEvent.input(field, { target: { value: text } });
  expect(screen.getByRole<HTMLButtonElement>('button').disabled).toBe(true);
  await fireEvent.keyDown(field, { key: 'Enter' });
  await fireEvent.submit(field.closest('form') ?? field);
  expect(onsend).not.toHaveBeenCalled();
  expect(ontyping).not.toHaveBeenCalled();
});

test.each([
  '.',
  '0',
  '\u0301',
  '\u0605',
  '\u06DD',
  '👍',
  '\u{1F3FB}',
  '﷽',
  'ㅤ!',
  '\u200Ba',
  '⠁',
  '­-',
  '\uE000',
  '\u{10FFFD}',
  '\uFFFD',
])('%j can be sent', async (text) => {
  expect(isBlank(text)).toBe(false);
  const onsend = vi.fn();
  render(Composer, { onsend });
  await fireEvent.input(screen.getByRole('textbox'), { target: { value: text } });
  await fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Enter' });
  expect(onsend.mock.calls).toEqual([[text]]);
});

test('what is typed is given to no speller and no writer of suggestions', () => {
  render(Composer, { onsend: vi.fn() });
  const field = screen.getByRole('textbox');
  expect(field.getAttribute('spellcheck')).toBe('false');
  expect(field.getAttribute('writingsuggestions')).toBe('false');
  expect(field.getAttribute('autocomplete')).toBe('off');
});

const button = (name: string) => screen.getByRole('button', { name }) as HTMLButtonElement;

test('files that are chosen are handed on, and the same may be chosen again', async () => {
  const onattach = vi.fn<(files: File[]) => void>();
  render(Composer, { onsend: vi.fn(), onattach });
  const chooser = document.querySelector<HTMLInputElement>('input[type=file]');
  if (!chooser) throw new Error('there is nothing to choose with');
  const clicked = vi.spyOn(chooser, 'click').mockImplementation(() => undefined);
  await fireEvent.click(button(texts.attachFile));
  expect(clicked).toHaveBeenCalledOnce();
  const file = new File(['x'], 'x.txt');
  let value = 'C:\\fakepath\\x.txt';
  Object.defineProperty(chooser, 'value', { get: () => value, set: (to: string) => (value = to) });
  Object.defineProperty(chooser, 'files', { value: [file] });
  await fireEvent.change(chooser);
  expect(onattach).toHaveBeenCalledWith([file]);
  expect(value).toBe('');
});

test('where something is attached, nothing has to be written', async () => {
  const onsend = vi.fn<(text: string) => void>();
  const { rerender } = render(Composer, { onsend, attached: false });
  expect(button(texts.send).disabled).toBe(true);
  await rerender({ onsend, attached: true });
  await fireEvent.click(button(texts.send));
  expect(onsend).toHaveBeenCalledWith('');
});

test('a voice message begins by a key, or by a pointer that holds the button', async () => {
  const onvoice = vi.fn<(held: boolean) => void>();
  const { rerender } = render(Composer, { onsend: vi.fn(), onvoice });
  await fireEvent.click(button(texts.voice.message), { detail: 0 });
  expect(onvoice.mock.calls).toEqual([[false]]);
  const pointer = (of: number) =>
    new MouseEvent('pointerdown', { bubbles: true, cancelable: true, button: of });
  await fireEvent(button(texts.voice.message), pointer(2));
  await fireEvent(button(texts.voice.message), pointer(0));
  expect(onvoice.mock.calls).toEqual([[false], [true]]);
  await rerender({ onsend: vi.fn(), onvoice, text: 'words' });
  expect(screen.queryByRole('button', { name: texts.voice.message }), 'words go first').toBeNull();
});
