/**
 * Whether the page was opened from a disk, or out of another app as phones do it (content:), and so has no address of its
 * own. What it stored then, and what it said to other tabs, every HTML file of that disk could read in some browsers, and
 * change: so it stores nothing, and says nothing.
 */
export function fromDisk(): boolean {
  return !isWeb(location.protocol);
}

/** Whether pages of this protocol have an address that leads others to them, and storage of their own. */
export function isWeb(protocol: string): boolean {
  return protocol === 'https:' || protocol === 'http:';
}
