import type { FileAbout } from '../../../wasm/engine.d.ts';

/** What a file is to people. */
export type Kind = 'picture' | 'sound' | 'video' | 'document' | 'archive' | 'program' | 'file';

/** Endings of what a system runs, or hands to something that runs it, when it is opened. */
const programs =
  /\.(app|apk|appimage|bat|bin|cmd|com|command|cpl|deb|desktop|dll|dmg|exe|hta|html?|jar|jse?|lnk|mjs|msi|pkg|ps1|py|reg|rpm|run|scr|sh|svg|url|vbs?|wsf|xhtml|xpi)$/i;
const archives = /\.(7z|bz2|gz|iso|rar|tar|tgz|xz|zip|zst)$/i;
const documents = /\.(csv|docx?|epub|md|od[pst]|pdf|pptx?|rtf|txt|xlsx?)$/i;

/** What a file is by its name first, for that is what a system goes by when it is opened, then by what its sender says. */
export function kindOf({ name, kind }: Pick<FileAbout, 'name' | 'kind'>): Kind {
  if (programs.test(name)) return 'program';
  if (archives.test(name)) return 'archive';
  if (documents.test(name) || /^text\/|^application\/pdf$/i.test(kind)) return 'document';
  if (/^image\//i.test(kind)) return 'picture';
  if (/^audio\//i.test(kind)) return 'sound';
  if (/^video\//i.test(kind)) return 'video';
  return 'file';
}
