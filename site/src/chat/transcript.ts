import { download, saving } from '../files/save.ts';
import { showBidi, showCode } from '../message/bidi.ts';
import type { ChatMessage } from './entry.svelte.ts';
import { lineEnds } from '../message/lines.ts';
import { texts } from '../language/language.svelte.ts';

/** Control characters, which a terminal that shows the file might obey. */
// eslint-disable-next-line no-control-regex
const controls = /[\u0000-\u0008\u000E-\u001F\u007F-\u009F]/g;

/**
 * The messages as plain text, one a line; the further lines of one are indented, for a text must not look like the
 * beginning of somebody's next message.
 */
export function transcript(messages: readonly ChatMessage[], trimmed: boolean, now = new Date()): string {
  const lines = messages.map((message) => {
    const { from, at, state, now } = message;
    const trace = from === 'you' ? texts.talk.unsentYou : texts.talk.unsentThem;
    const text = now === 'gone' ? trace : message.text;
    const who = from === 'you' ? texts.you : texts.them;
    const lost = state === 'failed' ? ` (${texts.notDelivered})` : '';
    return `[${stamp(new Date(at))}] ${who}${lost}: ${text.split(lineEnds).map(shown).join('\n    ')}`;
  });
  const head = [texts.savedFrom({ date: date(now) }), ...(trimmed ? [texts.trimmed] : []), ''];
  return [...head, ...lines, ''].join('\n');
}

/** Name of the file that a chat is saved as. */
export function transcriptName(now = new Date()): string {
  return `tincan-${date(now)}.txt`;
}

/** Has the browser save the messages as a file. Works on plain http as well. */
export function saveTranscript(messages: readonly ChatMessage[], trimmed = false): void {
  const file = new Blob([transcript(messages, trimmed)], { type: 'text/plain;charset=utf-8' });
  const src = URL.createObjectURL(file);
  download(src, transcriptName());
  setTimeout(() => URL.revokeObjectURL(src), saving);
}

function shown(line: string): string {
  return showBidi(line.replace(controls, showCode));
}

function stamp(at: Date): string {
  return `${date(at)} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function date(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
