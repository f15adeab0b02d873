import type {} from './file.ts';

// In the place of src/scrub.ts, which has run as a script of its own already: see first.ts.
export const takeFragment = () => globalThis.tincanFile.takeFragment();
export const onFragment = (callback: (fragment: string) => void) =>
  globalThis.tincanFile.onFragment(callback);
