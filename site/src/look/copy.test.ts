import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { copyText } from './copy.ts';

let field: HTMLTextAreaElement;

beforeEach(() => {
  field = document.createElement('textarea');
  field.value = 'https://example.test/#link';
  document.body.append(field);
});

afterEach(() => {
  field.remove();
  Reflect.deleteProperty(navigator, 'clipboard');
  Reflect.deleteProperty(document, 'execCommand');
});

function clipboard(writeText: (text: string) => Promise<void>): void {
  Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText } });
}

function command(result: () => boolean): void {
  Object.defineProperty(document, 'execCommand', { configurable: true, value: vi.fn(result) });
}

function selected(): string {
  return field.value.slice(field.selectionStart, field.selectionEnd);
}

test('uses the clipboard where there is one', async () => {
  const writeText = vi.fn(() => Promise.resolve());
  clipboard(writeText);
  expect(await copyText('text', field)).toBe('copied');
  expect(writeText).toHaveBeenCalledWith('text');
});

describe('without a clipboard, or with one that refuses', () => {
  beforeEach(() => clipboard(() => Promise.reject(new Error('denied'))));

  test('copies the field the old way', async () => {
    command(() => true);
    expect(await copyText('text', field)).toBe('copied');
    expect(document.execCommand).toHaveBeenCalledWith('copy');
    expect(selected()).toBe(field.value);
  });

  test('claims nothing that failed: the text stays selected', async () => {
    command(() => false);
    expect(await copyText('text', field)).toBe('selected');
    expect(selected()).toBe(field.value);
    expect(document.activeElement).toBe(field);
  });

  test('a command that throws has failed', async () => {
    command(() => {
      throw new Error('no');
    });
    expect(await copyText('text', field)).toBe('selected');
  });

  test('has failed where there is no field to select', async () => {
    expect(await copyText('text', undefined)).toBe('failed');
  });
});

test('does without a clipboard on plain http', async () => {
  command(() => true);
  expect('clipboard' in navigator).toBe(false);
  expect(await copyText('text', field)).toBe('copied');
});
