import type { ScanTrouble } from './scan.ts';

/** Why this page has no camera to ask for, if it has none. */
export function cameraMissing(): ScanTrouble | undefined {
  if ('mediaDevices' in navigator && 'getUserMedia' in navigator.mediaDevices) return undefined;
  return isSecureContext ? 'unsupported' : 'insecure';
}

/** Asks for the camera that looks away from the person, with enough pixels for a code of an arm's length. */
export function openCamera(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } },
  });
}

/** Switches the camera off, and its light. */
export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** What the failure of openCamera means to the person. */
export function cameraTrouble(error: unknown): ScanTrouble {
  switch (error instanceof Error || error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'absent';
    default:
      return 'busy';
  }
}
