/*
 * What sounds on this page: never more than one thing.
 */

let playing: HTMLMediaElement | undefined;

/** It has begun to play, so whatever did before stops. */
export function began(media: HTMLMediaElement): void {
  if (playing !== media) silence();
  playing = media;
}

/** Stops what is playing, if anything is. */
export function silence(): void {
  playing?.pause();
  playing = undefined;
}

/**
 * How long a sound really is, in seconds. What a browser has recorded often doesn't say: then the end has to be gone to.
 * It is done with another element than the one that plays, which nobody sees jump. Undefined where that leads nowhere.
 */
export function lengthOf(src: string, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve) => {
    const media = new Audio();
    const told = () => {
      if (!Number.isFinite(media.duration)) return;
      resolve(media.duration);
      done();
    };
    const done = () => {
      media.removeAttribute('src');
      media.load();
    };
    media.preload = 'metadata';
    media.addEventListener('durationchange', told, { signal });
    media.addEventListener('loadedmetadata', () => (media.currentTime = Number.MAX_SAFE_INTEGER), {
      signal,
      once: true,
    });
    media.addEventListener('error', () => resolve(undefined), { signal });
    signal.addEventListener('abort', () => {
      resolve(undefined);
      done();
    });
    media.src = src;
  });
}
