// How long others make an SDP from standard input, each with the 32 bytes of key that an invite has, too: as JSON on
// standard output, in characters that a link may have.
import { register } from 'node:module';
import { deflateRawSync } from 'node:zlib';
import lzString from 'lz-string';

// sdp-compact names its own files without their endings, for bundlers.
register(
  `data:text/javascript,${encodeURIComponent(`
    export const resolve = (name, context, next) =>
      next(name.startsWith('./') && context.parentURL?.includes('/sdp-compact/') && !name.endsWith('.js') ? name + '.js' : name, context);
  `)}`,
);
const { compactSDPBytes } = await import('sdp-compact');

let sdp = '';
for await (const part of process.stdin) sdp += part;

const key = Math.ceil((32 * 4) / 3);
const inLink = (bytes) => Buffer.from(bytes).toString('base64url').length + key;
const compact = (compress) => inLink(compactSDPBytes(sdp, { compress }));
console.log(
  JSON.stringify({
    'sdp-compact': Math.min(compact(true), compact(false)),
    deflate: inLink(deflateRawSync(sdp, { level: 9 })),
    'lz-string': lzString.compressToEncodedURIComponent(sdp).length + key,
    raw: inLink(Buffer.from(sdp)),
  }),
);
