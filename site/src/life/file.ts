/**
 * Whether the page was opened from a disk. What it stored then, and what it said to other tabs, every HTML file of that
 * disk could read in some browsers, and change: so it stores nothing, and says nothing.
 */
export function fromDisk(): boolean {
  return location.protocol === 'file:';
}
