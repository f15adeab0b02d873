/**
 * These end an address wherever they stand: the punctuation of scripts that put no space before it, and quotation marks,
 * which are in no address.
 */
const endsAddress = /[。，、；：！？（）「」『』【】《》〈〉〔〕［］｛｝“”„«»‹›｡､｢｣]/u;
/** What belongs to the sentence where it is last. What is not ASCII and no letter is none of an address. */
const endsSentence = /[?!.,:;*'~|\p{P}]/u;
/** Of those, what people mean. */
const meant = /[/_\-#%&@\\]/;
const closes = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

/** An address in prose, without the punctuation of the sentence around it. */
export function withoutEnd(found: string): string {
  const address = found.slice(0, endsAddress.exec(found)?.index);
  /** How many more there are of each closing bracket than of the one that opens it. */
  const more = new Map<string, number>();
  for (const [close, open] of closes) {
    let count = 0;
    for (const character of address) count += character === close ? 1 : character === open ? -1 : 0;
    more.set(close, count);
  }
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address.charAt(end - 1);
    const left = more.get(last);
    if (left !== undefined) {
      if (left <= 0) break;
      more.set(last, left - 1);
    } else if (meant.test(last) || !endsSentence.test(last)) break;
  }
  return address.slice(0, end);
}

/**
 * How much of a text that begins with `www.` is an address: a host of three parts or more, and behind it a port, a path
 * or nothing. 0 where it is none.
 */
export function lengthOfBare(found: string): number {
  const host =
    /^www\.(?:[\p{L}\p{N}_-]+\.)+(?:xn--[a-z0-9-]+|[a-z]{2,}|(?:(?![a-z])\p{L}){2,})(?::\d+)?/iu.exec(
      found.slice(0, 260),
    )?.[0];
  if (host === undefined || /^[@\\:_-]/.test(found.slice(host.length))) return 0;
  return /^[/?#]/.test(found.slice(host.length)) ? found.length : host.length;
}

/** The address of a web page as browsers read it; nothing else may be a link, nor one that carries a password. */
export function webAddress(address: string): URL | undefined {
  if (!/^https?:\/\/[^/?#\\@]+(?![^/?#\\]*@)/i.test(address)) return undefined;
  try {
    const url = new URL(address);
    const web = url.protocol === 'http:' || url.protocol === 'https:';
    return web && url.username === '' && url.password === '' ? url : undefined;
  } catch {
    return undefined;
  }
}

/** What reads like an address in the text of a link: with a scheme, or of several parts, or of this network. */
const anyHost =
  /https?:\/*(?<named>\[[\da-f:.%]+\](?::\d+)?|[^\s/?#\\@[\]()<>"']+)|(?<=[@\s/([<"']|^)localhost(?![\p{L}\p{N}_-])|\[(?:[\da-f]*:){2}[\da-f:.]*\]|(?:[\p{L}\p{N}_-]+\.)+\p{L}[\p{L}\p{N}-]+|\d{1,3}(?:\.\d{1,3}){3}/giu;
/** All that looks like a dot on the line or above it, in fonts that people have. */
const dots =
  /[.\u00B7\u02D9\u0387\u0660\u06D4\u06F0\u0701\u0702\u0784\u1361\u1427\u16EB\u2022\u2024\u2027\u2218\u2219\u22C5\u25CF\u25E6\u2E30\u2E31\u2E33\u2E3C\u3002\u30FB\u318D\uA4F8\uA4FA\uA60E\uA78F\uFE12\uFE52\uFF0E\uFF61\uFF65\u{10101}\u{10A50}]|\u{1D16D}/gu;
/** A longer text is not looked at: nobody takes it for an address, and the time grows with the square of its length. */
const mostRead = 300;
const hostOf = (host: string) =>
  host
    .toLowerCase()
    .replace(/^www\./, '')
    .replace(/:\d+$/, '')
    .replace(/\.$/, '');

/** What in the text of a link reads like a host that it doesn't lead to. */
export function otherHost(shown: string, url: URL): string | undefined {
  const text = shown
    .slice(0, mostRead)
    .replace(dots, '.')
    .normalize('NFKC')
    // Without what cannot be seen, or only as a speck on a letter; and with a dot for what looks like one.
    .replace(/[\p{DI}\p{Cf}\p{Mn}\p{Me}]/gu, '')
    .replace(dots, '.')
    // The host ends before the path, the query or the fragment.
    .replace(/(?<=[\p{L}\p{N}\]])(?<!https?:)[/?#\u2044\u2215\u29F8](?!\/)\S*/gu, ' ');
  for (const found of text.matchAll(anyHost)) {
    const host = found.groups?.['named'] ?? found[0];
    try {
      if (hostOf(new URL(`http://${host}`).host) !== hostOf(url.host)) return host;
    } catch {
      return host;
    }
  }
  return undefined;
}
