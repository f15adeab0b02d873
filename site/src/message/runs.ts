/**
 * What costs a browser more than its length. Measured in Chromium 140, at 64 KiB of one line: the time to lay out a run
 * of marks, or of skin tones, grows with its square (a minute and more); so does that of letters which join each other
 * without end, and of scripts which put no spaces between words (1 to 2 s; plain words take 0.02 s).
 * Characters that show nothing, such as tags, do not end a run of skin tones.
 */
const marks = /[\p{M}\p{Emoji_Modifier}\p{DI}]{16}(?=[\p{M}\p{Emoji_Modifier}\p{DI}])/gu;
/** Of what is neither Latin, Greek or Cyrillic, nor of East Asia, nor a picture: Arabic, N’Ko, Thai, Khmer and their like. */
const joined = /[^\s\p{ASCII}\u0080-\u058F\u2010-\uA7FF\uAC00-\uFB1C\uFF00-\uFFFF\u{1F000}-\u{3FFFF}]{200}/gu;

/**
 * Ends a run and shows nothing: the non-joiner parts marks and letters that join, the space of no width is where a line
 * may end in a script without spaces. Nobody types these three together, so they can be found again.
 */
const cut = '\u200C\u200B\u200C';

/** A text of a peer as it can be laid out in a time that goes with its length. All that is shown passes through this. */
export function cutRuns(text: string): string {
  return text.replace(marks, `$&${cut}`).replace(joined, `$&${cut}`);
}

/** For a piece of text that begins in the middle of a line: another element does not end a run. */
export function cutBefore(text: string): string {
  return /^[\p{M}\p{Emoji_Modifier}\p{DI}]/u.test(text) ? cut + cutRuns(text) : cutRuns(text);
}

/** The text as it was typed. */
export function joinRuns(text: string): string {
  return text.replaceAll(cut, '');
}
