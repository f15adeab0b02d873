import { vi } from 'vitest';

/** A recorder as browsers have it. What it hears, tests say by `hand`. */
export class FakeRecorder extends EventTarget {
  state: 'inactive' | 'recording' | 'paused' = 'inactive';
  readonly mimeType: string;
  /** Bytes that it still has when it is stopped. */
  rest = 100;
  slice: number | undefined;

  readonly options: { mimeType?: string; audioBitsPerSecond?: number };

  constructor(options: FakeRecorder['options']) {
    super();
    this.options = options;
    this.mimeType = options.mimeType ?? 'audio/x-own';
  }

  start(slice?: number): void {
    this.slice = slice;
    this.state = 'recording';
  }

  pause(): void {
    if (this.state === 'inactive') throw new DOMException('', 'InvalidStateError');
    this.state = 'paused';
  }

  resume(): void {
    if (this.state === 'inactive') throw new DOMException('', 'InvalidStateError');
    this.state = 'recording';
  }

  /** As by the page, and by the browser where the sound has ended or the recorder fails. */
  stop(): void {
    if (this.state === 'inactive') return;
    this.state = 'inactive';
    queueMicrotask(() => {
      this.hand(this.rest);
      this.dispatchEvent(new Event('stop'));
    });
  }

  /** Hands over so many bytes, or these. */
  hand(what: number | Uint8Array<ArrayBuffer>): void {
    const data = new Blob([typeof what === 'number' ? new Uint8Array(what) : what]);
    this.dispatchEvent(Object.assign(new Event('dataavailable'), { data }));
  }
}

/** What jsdom lacks: a microphone, and what records it. Ends with `remove` and `vi.unstubAllGlobals`. */
export class FakeMicrophone {
  /** The next request for the microphone fails so. */
  refuses: string | undefined;
  /** While set, the browser is still asking the person. */
  asking: Promise<void> | undefined;
  /** The recorder can't be made. */
  breaks = false;
  /** What can be recorded. */
  kinds = ['audio/webm;codecs=opus'];
  /** How loud it is: the size of each sample, from 0 to 1. */
  loud = 0;
  /** How many listen to how loud it is. */
  meters = 0;
  readonly asked: unknown[] = [];
  readonly tracks: (EventTarget & { stop: () => void; stopped: boolean })[] = [];
  readonly recorders: FakeRecorder[] = [];

  constructor() {
    const getUserMedia = async (constraints: unknown) => {
      this.asked.push(constraints);
      await this.asking;
      if (this.refuses !== undefined) throw new DOMException('', this.refuses);
      const track = Object.assign(new EventTarget(), {
        stopped: false,
        stop: () => {
          track.stopped = true;
        },
      });
      this.tracks.push(track);
      return { getTracks: () => [track] };
    };
    Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: { getUserMedia } });
    const made = (options: FakeRecorder['options']) => {
      if (this.breaks) throw new DOMException('', 'NotSupportedError');
      const recorder = new FakeRecorder(options);
      this.recorders.push(recorder);
      return recorder;
    };
    vi.stubGlobal(
      'MediaRecorder',
      Object.assign(
        function (_stream: unknown, options: FakeRecorder['options']) {
          return made(options);
        },
        { isTypeSupported: (kind: string) => this.kinds.includes(kind) },
      ),
    );
    const meters = (by: number) => (this.meters += by);
    const loud = () => this.loud;
    vi.stubGlobal(
      'AudioContext',
      class {
        constructor() {
          meters(1);
        }
        createAnalyser() {
          return { fftSize: 8, getFloatTimeDomainData: (samples: Float32Array) => samples.fill(loud()) };
        }
        createMediaStreamSource() {
          return { connect: () => undefined };
        }
        close() {
          meters(-1);
          return Promise.resolve();
        }
      },
    );
    Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined });
  }

  /** The one that records now. */
  get recorder(): FakeRecorder {
    const last = this.recorders.at(-1);
    if (!last) throw new Error('nothing is recorded');
    return last;
  }

  /** Every microphone that was switched on is off, and nobody listens. */
  get off(): boolean {
    return this.tracks.every(({ stopped }) => stopped) && this.meters === 0;
  }

  /** It is unplugged, or taken back by the person. */
  unplug(): void {
    for (const track of this.tracks) track.dispatchEvent(new Event('ended'));
  }

  /** No microphone to ask for, as on plain http. */
  remove(): void {
    Reflect.deleteProperty(navigator, 'mediaDevices');
  }
}
