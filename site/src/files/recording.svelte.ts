import {
  bestKind,
  closeMicrophone,
  meterOf,
  microphoneMissing,
  microphoneTrouble,
  openMicrophone,
  type Meter,
  type MicrophoneTrouble,
} from './microphone.ts';
import { withLength } from './mp4.ts';

/** What was recorded. `kind` is a media type without parameters: players look into the file for what is in it. */
export interface Voice {
  blob: Blob;
  kind: string;
  seconds: number;
}

/** Why a recording ended that nobody has ended: it was full, or the microphone went away. */
export type Cut = 'length' | 'size' | 'lost';

/** The longest recording, in seconds. */
export const longest = 15 * 60;
/** The largest recording, in bytes. */
export const largest = 16 * 1024 * 1024;

/** Enough for a voice, in bits a second: 15 minutes take about 5 MB. Browsers left alone take almost three times that. */
const bitsPerSecond = 48_000;
/** How often the browser hands over what it has, in milliseconds; the size is known no more often. */
const slice = 1000;
/** What may still come after the last slice that was counted, in bytes: far more than the second that it lasts. */
const room = 256 * 1024;
/** How often the meter and the clock move, in milliseconds. */
const beat = 100;

/**
 * A voice message while it is made. It asks for the microphone at `begin`, and not before. However it ends (by `end` or
 * `discard`, by its limits, by a failure), the microphone is off from then on, and nothing begins again.
 */
export class Recording {
  #state = $state<'asking' | 'recording' | 'paused' | 'ended' | 'failed'>('asking');
  #trouble = $state<MicrophoneTrouble>();
  #cut = $state<Cut>();
  #voice = $state.raw<Voice>();
  #level = $state(0);
  #seconds = $state(0);

  #begun = false;
  #discarded = false;
  #stream: MediaStream | undefined;
  #recorder: MediaRecorder | undefined;
  #meter: Meter | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #slices: Blob[] = [];
  #size = 0;
  /** Up to when `seconds` is counted, in milliseconds; undefined while it stands still. */
  #since: number | undefined;
  #tell: (voice: Voice | undefined) => void = () => undefined;
  readonly #over = new Promise<Voice | undefined>((resolve) => (this.#tell = resolve));

  get state() {
    return this.#state;
  }

  /** Why it failed, if it did. */
  get trouble() {
    return this.#trouble;
  }

  /** Why it ended by itself, if it did. */
  get cut() {
    return this.#cut;
  }

  /** What was recorded, once it has ended. */
  get voice() {
    return this.#voice;
  }

  /** How loud it is, from 0 to 1; 0 where the browser can't tell. */
  get level() {
    return this.#level;
  }

  /** How much was recorded, without pauses. */
  get seconds() {
    return this.#seconds;
  }

  /** Asks for the microphone and begins. It never rejects: what fails is in `state` and `trouble`. */
  async begin(): Promise<void> {
    if (this.#begun || this.#discarded) return;
    this.#begun = true;
    const missing = microphoneMissing();
    if (missing) return this.#fail(missing);
    try {
      this.#stream = await openMicrophone();
    } catch (error) {
      return this.#fail(microphoneTrouble(error));
    }
    // It may have been discarded while the browser was asking.
    if (this.#discarded) return this.#off();
    try {
      this.#record(this.#stream);
    } catch {
      this.#fail('unsupported');
    }
  }

  pause(): void {
    if (this.#recorder?.state !== 'recording') return;
    this.#recorder.pause();
    this.#count();
    this.#since = undefined;
    this.#level = 0;
    this.#state = 'paused';
  }

  resume(): void {
    if (this.#recorder?.state !== 'paused') return;
    this.#recorder.resume();
    this.#since = performance.now();
    this.#state = 'recording';
  }

  /** Ends it, and gives what was recorded; undefined if that is nothing. May be called again, for the same answer. */
  end(): Promise<Voice | undefined> {
    if (this.#state === 'asking') this.discard();
    else this.#stop();
    return this.#over;
  }

  /** Ends it, and forgets what was recorded. */
  discard(): void {
    this.#discarded = true;
    this.#voice = undefined;
    this.#stop();
    this.#off();
    this.#slices = [];
    this.#tell(undefined);
    if (this.#state !== 'failed') this.#state = 'ended';
  }

  #record(stream: MediaStream) {
    const kind = bestKind();
    const recorder = new MediaRecorder(stream, {
      audioBitsPerSecond: bitsPerSecond,
      ...(kind !== undefined && { mimeType: kind }),
    });
    this.#recorder = recorder;
    recorder.addEventListener('dataavailable', ({ data }) => {
      if (this.#discarded) return;
      this.#slices.push(data);
      this.#size += data.size;
      this.#beat();
    });
    // A recorder that fails stops by itself, with what it has.
    recorder.addEventListener('stop', () => void this.#finish(recorder.mimeType || kind || ''));
    for (const track of stream.getTracks()) track.addEventListener('ended', () => this.#stop('lost'));
    recorder.start(slice);
    this.#meter = meterOf(stream);
    this.#since = performance.now();
    this.#timer = setInterval(() => this.#beat(), beat);
    this.#state = 'recording';
  }

  #beat() {
    if (this.#since === undefined) return;
    this.#count();
    this.#level = this.#meter?.read() ?? 0;
    if (this.#seconds >= longest) this.#stop('length');
    else if (this.#size > largest - room) this.#stop('size');
  }

  /** Adds what has passed since it was last called; nothing while it stands still. */
  #count() {
    if (this.#since === undefined) return;
    const now = performance.now();
    this.#seconds += (now - this.#since) / 1000;
    this.#since = now;
  }

  /** Has the recorder hand over the rest, which it does a moment later. */
  #stop(cut?: Cut) {
    if (this.#recorder === undefined || this.#recorder.state === 'inactive') return;
    this.#cut = cut;
    this.#recorder.stop();
    this.#off();
  }

  async #finish(recordedAs: string) {
    if (this.#discarded) return;
    // Nobody here has stopped it.
    if (this.#stream) this.#cut = 'lost';
    this.#off();
    const [kind = ''] = recordedAs.toLowerCase().split(';');
    const made = new Blob(this.#slices, { type: kind.trim() });
    this.#slices = [];
    if (made.size === 0) return this.#fail('nothing');
    const blob = made.type === 'audio/mp4' ? await withLength(made, this.#seconds) : made;
    if (this.#discarded) return;
    this.#voice = { blob, kind: blob.type, seconds: this.#seconds };
    this.#state = 'ended';
    this.#tell(this.#voice);
  }

  #fail(why: MicrophoneTrouble) {
    if (this.#discarded) return;
    this.#trouble = why;
    this.#state = 'failed';
    this.#off();
    this.#tell(undefined);
  }

  /** The microphone is off, and so is all that listens to it. */
  #off() {
    this.#count();
    this.#since = undefined;
    clearInterval(this.#timer);
    this.#meter?.close();
    this.#meter = undefined;
    this.#level = 0;
    if (this.#stream) closeMicrophone(this.#stream);
    this.#stream = undefined;
  }
}
