import { ifAllowed } from '../life/browser.ts';

/** Why there is nothing to record with, or nothing was. */
export type MicrophoneTrouble = 'insecure' | 'unsupported' | 'refused' | 'absent' | 'busy' | 'nothing';

/** Why this page has no microphone to ask for, or nothing that records it, if that is so. */
export function microphoneMissing(): MicrophoneTrouble | undefined {
  const asks = ifAllowed(() => 'getUserMedia' in navigator.mediaDevices, false);
  if (asks && ifAllowed(() => typeof MediaRecorder === 'function', false)) return undefined;
  return asks || isSecureContext ? 'unsupported' : 'insecure';
}

export function openMicrophone(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({ audio: true });
}

/** Switches the microphone off, and with it the light that says it is on. */
export function closeMicrophone(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** What the failure of openMicrophone means to the person. */
export function microphoneTrouble(error: unknown): MicrophoneTrouble {
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

/**
 * What a voice message may be recorded as, best first. Every browser plays AAC in MP4, but not each can make it; Safari
 * plays no WebM that it has not made itself, and Firefox makes nothing but Ogg and WebM.
 */
const kinds = [
  'audio/mp4;codecs=mp4a.40.2',
  'audio/mp4',
  'audio/ogg;codecs=opus',
  'audio/webm;codecs=opus',
] as const;

/** The best kind that this browser records; undefined where it knows none of them, and chooses one itself. */
export function bestKind(): string | undefined {
  return kinds.find((kind) => ifAllowed(() => MediaRecorder.isTypeSupported(kind), false));
}

/** How loud it is just now, and the end of listening for it. */
export interface Meter {
  read: () => number;
  close: () => void;
}

const silent: Meter = { read: () => 0, close: () => undefined };

/** The quietest sound that a meter shows, in decibels below the loudest there is. */
const floor = 60;

/** Measures how loud a microphone is, from 0 to 1. Where the browser has nothing for that, it is always 0. */
export function meterOf(stream: MediaStream): Meter {
  return ifAllowed(() => {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    return {
      read() {
        analyser.getFloatTimeDomainData(samples);
        const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
        // As ears hear it: ten times the power is one step louder.
        return power === 0 ? 0 : Math.min(1, Math.max(0, 1 + (10 * Math.log10(power)) / floor));
      },
      close: () => void context.close().catch(() => undefined),
    };
  }, silent);
}
