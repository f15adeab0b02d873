/** The file of a language. */
export function fileOf(tag: string): string;

/** A language for a translator, as gettext PO. */
export function exported(tag: string): string;

/** The file of a language, of what a translator has written; throws a sentence for each that is missing or wrong. */
export function imported(tag: string, po: string): Promise<string>;
