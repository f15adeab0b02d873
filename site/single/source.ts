import { parseConfig } from '../src/engine/config.ts';
import type { source as served } from '../src/engine/source.ts';
import { readBlock } from './file.ts';

/** Put there by the build: an address that links of the file begin with, or none. */
declare const TINCAN_SITE: string;

/** In the place of src/engine/source.ts: all is in the file, and nobody is asked for anything. */
export const source: typeof served = {
  engine: async () =>
    new Response(await readBlock('engine'), { headers: { 'Content-Type': 'application/wasm' } }),
  // A worker would need an address, and the policy allows none.
  worker: undefined,
  config: () => Promise.resolve(parseConfig(TINCAN_SITE === '' ? {} : { addresses: [TINCAN_SITE] })),
  // Of a site that the person has named nothing is known, and a file needs none.
  hostAnswers: () => Promise.resolve(true),
};
