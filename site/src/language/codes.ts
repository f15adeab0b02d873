import type { ErrorCode } from '../../../wasm/engine.d.ts';
import { texts } from './language.svelte.ts';

/** What the engine failed with. A failure that there is no sentence for is a fault of ours. */
export function codeOf(error: unknown): ErrorCode {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && Object.hasOwn(texts.errors, code) ? (code as ErrorCode) : 'internal';
}

/** That a message was not delivered, and why where that is known. */
export function failedFor(code: ErrorCode | undefined): string {
  return code === undefined ? texts.failed : texts.failedBecause({ why: texts.errors[code] });
}
