const others: Readonly<Record<string, string>> = { pt: 'pt-BR', no: 'nb', nn: 'nb', iw: 'he', in: 'id' };

/**
 * The tag that the page has, or would have, for a language as browsers and systems name it: not only as BCP 47 has it,
 * for systems write es_ES.UTF-8 and es@euro, and some browsers hand that on.
 */
export function tagOf(language: string): string {
  const [primary = '', ...parts] = language.toLowerCase().split(/[-_.@]/);
  if (primary === 'zh') {
    // The script where it is named, and otherwise the one that is written in the region.
    const script = parts.find((part) => part === 'hans' || part === 'hant');
    const traditional = script ? script === 'hant' : parts.some((part) => /^(tw|hk|mo)$/.test(part));
    return traditional ? 'zh-Hant' : 'zh-Hans';
  }
  return Object.hasOwn(others, primary) ? (others[primary] ?? primary) : primary;
}

/** Which way the language is read. */
export function directionOf(tag: string): 'ltr' | 'rtl' {
  return /^(ar|fa|he)$/.test(tag) ? 'rtl' : 'ltr';
}
