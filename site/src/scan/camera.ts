import type { ScanTrouble } from './scan.ts';

/** Why this page has no camera to ask for, if it has none. */
export function cameraMissing(): ScanTrouble | undefined {
  if ('mediaDevices' in navigator && 'getUserMedia' in navigator.mediaDevices) return undefined;
  return isSecureContext ? 'unsupported' : 'insecure';
}

/** Asks for the camera on the back, with enough pixels for a code that is an arm's length away. */
export function openCamera(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } },
  });
}

/** Switches the camera off, and with it the light that says it is on. */
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
