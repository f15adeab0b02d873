import type {} from './file.ts';
import { onFragment, takeFragment } from '../src/scrub.ts';

// The first script of the single file, and, as in the page, one of its own: a file that is cut off in the middle has
// hidden the secret of its link all the same.
globalThis.tincanFile = { takeFragment, onFragment };
