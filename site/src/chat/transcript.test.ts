import { expect, test } from 'vitest';
import type { ChatMessage } from './entry.svelte.ts';
import { transcript, transcriptName } from './transcript.ts';

const now = new Date(2026, 10, 26, 14, 5);

function message(from: 'you' | 'them', text: string, state: ChatMessage['state'] = 'received'): ChatMessage {
  return { key: text, from, text, at: new Date(2026, 10, 26, 14, 3).getTime(), state };
}

test('a line for each message, with its time and author', () => {
  expect(transcript([message('you', 'hello', 'delivered'), message('them', 'hi')], false, now)).toBe(
    'Chat of 2026-11-26, saved from tincan\n\n[2026-11-26 14:03] You: hello\n[2026-11-26 14:03] Them: hi\n',
  );
});

test.each(['\n', '\r', '\r\n', '\u2028', '\u2029', '\v', '\f', '\u0085'])(
  'no text can look like a message of somebody else: %j',
  (end) => {
    const text = transcript([message('them', `a${end}[2026-11-26 14:03] You: I owe you`)], false, now);
    expect(text.split('\n').slice(2)).toEqual([
      '[2026-11-26 14:03] Them: a',
      '    [2026-11-26 14:03] You: I owe you',
      '',
    ]);
  },
);

test('no text can tell a program that shows the file what to do', () => {
  const text = transcript([message('them', '\u001b[1A\u001b[2Kx\u009by\u202ez\ta')], false, now);
  expect(text).toContain('Them: [U+001B][1A[U+001B][2Kx[U+009B]y[U+202E]z\ta\n');
});

test('says what was not delivered, and that the oldest are missing', () => {
  const text = transcript([message('you', 'unheard', 'failed')], true, now);
  expect(text).toContain('You (not delivered): unheard');
  expect(text.split('\n')[1]).toMatch(/^Older messages were dropped/);
});

test('the file has the date in its name', () => {
  expect(transcriptName(now)).toBe('tincan-2026-11-26.txt');
});
