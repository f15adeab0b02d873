import { vi } from 'vitest';

interface Sound {
  paused: boolean;
  at: number;
  length: number;
}

/**
 * What jsdom lacks: sounds that play. Each is as long as `length` says when it is loaded; where that is Infinity, its end
 * is known once it was gone to. Ends with `vi.restoreAllMocks`.
 */
export class FakeSound {
  length = 65;
  /** The length that comes out at the end of one that was Infinity. */
  really = 65;
  /** How often the end was gone to. */
  measured = 0;
  readonly #sounds = new WeakMap<HTMLMediaElement, Sound>();

  constructor() {
    const of = (media: HTMLMediaElement) => this.#of(media);
    const whole = HTMLMediaElement.prototype;
    vi.spyOn(whole, 'paused', 'get').mockImplementation(function (this: HTMLMediaElement) {
      return of(this).paused;
    });
    vi.spyOn(whole, 'duration', 'get').mockImplementation(function (this: HTMLMediaElement) {
      return of(this).length;
    });
    vi.spyOn(whole, 'currentTime', 'get').mockImplementation(function (this: HTMLMediaElement) {
      return of(this).at;
    });
    const move = (media: HTMLMediaElement, to: number) => this.#move(media, to);
    vi.spyOn(whole, 'currentTime', 'set').mockImplementation(function (this: HTMLMediaElement, to) {
      move(this, to);
    });
    vi.spyOn(whole, 'play').mockImplementation(function (this: HTMLMediaElement) {
      of(this).paused = false;
      this.dispatchEvent(new Event('play'));
      return Promise.resolve();
    });
    vi.spyOn(whole, 'pause').mockImplementation(function (this: HTMLMediaElement) {
      if (of(this).paused) return;
      of(this).paused = true;
      this.dispatchEvent(new Event('pause'));
    });
    const loaded = (media: HTMLMediaElement) => this.load(media);
    // What is not on the page, and only measured, loads by itself.
    vi.stubGlobal('Audio', function () {
      const media = document.createElement('audio');
      queueMicrotask(() => loaded(media));
      return media;
    });
    vi.spyOn(whole, 'load').mockReturnValue();
  }

  /** What is known of it has come. */
  load(media: HTMLMediaElement): void {
    this.#of(media).length = this.length;
    media.dispatchEvent(new Event('durationchange'));
    media.dispatchEvent(new Event('loadedmetadata'));
  }

  /** It has played up to there. */
  reach(media: HTMLMediaElement, at: number): void {
    this.#of(media).at = at;
    media.dispatchEvent(new Event('timeupdate'));
  }

  /** It has played to its end. */
  finish(media: HTMLMediaElement): void {
    const sound = this.#of(media);
    sound.paused = true;
    this.reach(media, this.really);
    media.dispatchEvent(new Event('pause'));
    media.dispatchEvent(new Event('ended'));
  }

  #move(media: HTMLMediaElement, to: number) {
    const sound = this.#of(media);
    if (sound.length === Infinity && to > this.really) {
      this.measured += 1;
      sound.length = this.really;
      media.dispatchEvent(new Event('durationchange'));
    }
    this.reach(media, Math.min(to, sound.length));
  }

  #of(media: HTMLMediaElement): Sound {
    const known = this.#sounds.get(media) ?? { paused: true, at: 0, length: NaN };
    this.#sounds.set(media, known);
    return known;
  }
}
