import type { FileAbout } from '../../../wasm/engine.d.ts';

/** What a file is to people. */
export type Kind = 'picture' | 'sound' | 'video' | 'document' | 'archive' | 'program' | 'file';

const endings: readonly [Kind, RegExp][] = [
  // What a system runs, or hands to something that runs what is in it, when it is opened.
  [
    'program',
    /^(apk|app|appimage|application|appx|bash|bat|bin|chm|cmd|com|command|cpl|deb|desktop|dll|dmg|do[ct]m|exe|flatpak(ref)?|hta|html?|inf|ipa|jar|jnlp|jse?|library-ms|lnk|mht(ml)?|mjs|mobileconfig|ms[cipx]|msix|php|pif|pkg|po[tw]m|pp[as]m|ps1|psm1|pyw?|reg|rpm|run|scf|scpt|scr|search-ms|settingcontent-ms|sh|shtml|svgz?|terminal|url|vb[es]?|webloc|workflow|ws[fh]?|xhtml|xl[alst]m|xll|xml|xpi)$/,
  ],
  ['archive', /^(7z|bz2|gz|img|iso|rar|tar|tgz|vhdx?|xz|zip|zst)$/],
  ['document', /^(csv|docx?|epub|md|od[pst]|pdf|pptx?|rtf|txt|xlsx?)$/],
  ['picture', /^(avif|bmp|gif|hei[cf]|hif|jfif|jpe?g?|jxl|png|tiff?|webp)$/],
  ['sound', /^(aac|flac|m4a|mp3|og[ag]|opus|wav|weba)$/],
  ['video', /^(avi|m4v|mkv|mov|mp4|mpe?g|ogv|webm)$/],
];

/** What a file is by the ending of its name, which is what a system goes by. What its sender says counts where there is no ending. */
export function kindOf({ name, kind }: Pick<FileAbout, 'name' | 'kind'>): Kind {
  const ending = /\.([^.]*)$/.exec(name)?.[1]?.toLowerCase();
  if (ending !== undefined) {
    const found = endings.find(([, names]) => names.test(ending))?.[0] ?? 'file';
    // These two hold sound alone as well as pictures that move.
    return found === 'video' && /^(webm|mp4)$/.test(ending) && /^audio\//i.test(kind) ? 'sound' : found;
  }
  if (/^text\/plain$|^application\/pdf$/i.test(kind)) return 'document';
  if (/^image\/(?!svg)/i.test(kind)) return 'picture';
  if (/^audio\//i.test(kind)) return 'sound';
  if (/^video\//i.test(kind)) return 'video';
  return 'file';
}

const voices = new Map([
  ['audio/mp4', 'm4a'],
  ['audio/ogg', 'ogg'],
  ['audio/webm', 'webm'],
]);

/** The name of a voice message of this kind. It says nothing of when it was made. */
export function voiceName(kind: string): string {
  return `voice.${voices.get((kind.split(';')[0] ?? '').toLowerCase()) ?? 'bin'}`;
}
