import { ifAllowed } from '../life/browser.ts';

/**
 * Compiles the engine while it comes. `bytes` is its size unpacked, by which `onprogress` is told the part that has
 * come, 0 to 1.
 */
export async function compile(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  bytes: number,
  onprogress: (part: number) => void,
): Promise<WebAssembly.Module> {
  // The type is set here, so compiling while loading doesn't depend on how the server labels the file.
  const response = new Response(counted(body, bytes, onprogress), {
    headers: { 'Content-Type': 'application/wasm' },
  });
  if (typeof WebAssembly.compileStreaming === 'function') return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** The same stream, telling how much of it has come, in steps of a hundredth at least. */
function counted(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  bytes: number,
  onprogress: (part: number) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (!ifAllowed(() => typeof TransformStream === 'function', false)) return body;
  let seen = 0;
  let told = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        seen += chunk.byteLength;
        const part = Math.min(1, seen / bytes);
        if (part === 1 || part - told >= 0.01) onprogress((told = part));
        controller.enqueue(chunk);
      },
    }),
  );
}
