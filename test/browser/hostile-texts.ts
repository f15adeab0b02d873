/** Texts that a peer may send to make a page stand still, each of so many bytes; by what they are made of. */
export function costlyTexts(bytes: number): Record<string, string> {
  const many = (unit: string) => unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)));
  const on = (base: string, unit: string) =>
    base + unit.repeat(Math.floor((bytes - Buffer.byteLength(base)) / Buffer.byteLength(unit)));
  return {
    'skin tones': on('e', '\u{1F3FB}'),
    'skin tones of all kinds': on('e', '\u{1F3FB}\u{1F3FC}\u{1F3FD}\u{1F3FE}\u{1F3FF}'),
    'skin tones between tags': on('e', '\u{1F3FB}\u{E007F}\uFE0E'),
    'skin tones in elements': many(`e~~${'\u{1F3FB}'.repeat(16)}~~`).slice(0, 9_900),
    'combining marks': on('e', '\u0301'),
    'marks above and below': on('e', '\u0301\u0323\u0308\u0330'),
    'soft hyphens and marks': on('e', '\u00AD\u0301'),
    Zalgo: many(`e${'\u0301\u0323'.repeat(20)}`),
    'regional indicators': many('\u{1F1E9}\u{1F1EA}'),
    'chains of joiners': many('👩\u200D'),
    families: many('👩‍❤️‍💋‍👨'),
    'hands with skin tones': many('👍🏽'),
    keycaps: many('1\uFE0F\u20E3'),
    'sequences of tags': many('🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}'),
    'tags alone': on('🏴', '\u{E0067}'),
    'variation selectors': on('e', '\uFE0F'),
    'Thai stacks': on('ก', '\u0E49\u0E34'),
    'Thai without spaces': many('ก\u0E49\u0E34'),
    'Tibetan stacks': on('ཀ', '\u0F90\u0F71\u0F74'),
    'Devanagari clusters': on('क', '\u094D\u0915'),
    'Myanmar stacks': on('က', '\u1039\u1000'),
    'Khmer without spaces': many('\u1780\u17D2\u1780'),
    'Hangul jamo': many('\u1100\u1161\u11A8'),
    'jamo of one kind': on('\u1100', '\u1161'),
    'points of Hebrew': on('א', '\u05B0'),
    'marks of Arabic': on('ب', '\u064B'),
    tatweel: on('ب', '\u0640'),
    ligatures: many('\uFDFD'),
    'N’Ko': many('\u07CA\u07EB'),
    'turned around': many('\u202Ea\u202C'),
    isolates: many('\u2067a\u2069'),
    'two directions': many('aא'),
    'a long word': many('w'),
    newlines: many('\n'),
    'short lines': many('a\n'),
    spaces: many(' '),
    'invisible spaces': many('a\u200B'),
    'a wide table': `${many('|a').slice(0, 4_000)}|\n${'|-'.repeat(2_000)}|\n|b|`,
    'a long table': `|a|b|\n|-|-|\n${many('|c|d|\n').slice(0, 9_900)}`,
    'deep quotes': `${'> '.repeat(4_000)}a`,
    'quotes and items': many('> - a\n> - b\n').slice(0, 9_900),
    'lists in lists': `${'- - '.repeat(1_250)}${'|-|\n'.repeat(1_250)}`.slice(0, 9_900),
    'nested lists': many('- a\n  - b\n    - c\n').slice(0, 9_900),
    'runs of emphasis': many('*a **b ').slice(0, 9_900),
    'a code block of one line': `\`\`\`js\n${many('let a;').slice(0, 9_900)}\n\`\`\``,
    'many code blocks': many('```js\nlet a = 1;\n```\n').slice(0, 9_900),
    links: many('https://a.b/ ').slice(0, 9_900),
    backticks: many('`').slice(0, 9_900),
    'odd backticks': many('\\``').slice(0, 9_900),
    'what looks like HTML': many('<a href="x"><b>').slice(0, 9_900),
  };
}

/** Words, as people write them. */
export function plainText(bytes: number): string {
  return 'The quick brown fox jumps over it. '.repeat(bytes / 35);
}
