/** A place or a way in the window, in pixels from its left and top, whichever way the language runs. */
interface Point {
  x: number;
  y: number;
}

/** How much larger a picture gets at most, or as large as its own pixels where that is more. */
const enough = 8;
/** How much a press of a button or key changes. */
const stepIn = 1.5;
const doubleTap = 2.5;
/** How far an arrow key moves, as a part of the window. */
const stepAside = 0.15;
/** A finger that moves less, in pixels, taps; two taps within this time, in milliseconds, are one. */
const slack = 10;
const twice = 350;

const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);
const middle = (a: Point, b: Point) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

/**
 * How large a picture in a window is shown and which part of it, by wheel, fingers, keys and buttons. At 1 it is as large as
 * fits. What is under the fingers or the mouse stays there.
 */
export class Zoom {
  #scale = $state(1);
  #at = $state<Point>({ x: 0, y: 0 });
  /** It changes by a leap, which is shown as a movement. What follows a finger must not lag behind. */
  #smooth = $state(false);
  #most = $state(enough);
  #ground: HTMLElement | undefined;
  /** Fingers that are down, or the mouse. */
  #pointers: (Point & { id: number })[] = [];
  #began: Point = { x: 0, y: 0 };
  #dragged = false;
  #tapped: (Point & { time: number }) | undefined;

  get scale(): number {
    return this.#scale;
  }

  get most(): number {
    return this.#most;
  }

  get smooth(): boolean {
    return this.#smooth;
  }

  get transform(): string {
    return `translate(${this.#at.x}px, ${this.#at.y}px) scale(${this.#scale})`;
  }

  /** What was last pressed was a movement and no click. */
  get dragged(): boolean {
    return this.#dragged;
  }

  /** The element that the picture lies in. */
  readonly on = (ground: HTMLElement) => {
    this.#ground = ground;
    // The window was turned: what was in its middle may be out of it.
    const observer = new ResizeObserver(() => this.#to(this.#scale, this.#at));
    observer.observe(ground);
    return () => observer.disconnect();
  };

  readonly in = () => this.#leap(this.#scale * stepIn);
  readonly out = () => this.#leap(this.#scale / stepIn);
  readonly reset = () => this.#leap(1);

  /** Moves the picture by a step of the arrow keys. */
  step(x: number, y: number): void {
    this.#smooth = true;
    const { clientWidth = 0, clientHeight = 0 } = this.#ground ?? {};
    const at = { x: this.#at.x + x * stepAside * clientWidth, y: this.#at.y + y * stepAside * clientHeight };
    this.#to(this.#scale, at);
  }

  readonly wheel = (event: WheelEvent) => {
    event.preventDefault();
    this.#smooth = false;
    // Some mice tell lines, of about so many pixels. A wheel that is turned in one go is no reason to lose sight.
    const turned = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1);
    // Two fingers on a touchpad are told as a wheel with Ctrl, and move by less.
    const change = Math.exp(-Math.max(-150, Math.min(150, turned)) * (event.ctrlKey ? 0.01 : 0.003));
    this.#about(this.#scale * change, this.#place(event));
  };

  down(event: PointerEvent): void {
    this.#smooth = false;
    const place = this.#place(event);
    if (this.#pointers.length === 0) {
      this.#began = place;
      this.#dragged = false;
    } else {
      this.#dragged = true;
    }
    // More fingers than two say nothing.
    if (this.#pointers.length < 2) this.#pointers.push({ ...place, id: event.pointerId });
  }

  readonly move = (event: PointerEvent) => {
    const pointer = this.#pointers.find(({ id }) => id === event.pointerId);
    if (!pointer) return;
    const [before, now] = [{ ...pointer }, this.#place(event)];
    Object.assign(pointer, now);
    if (distance(now, this.#began) > slack) this.#dragged = true;
    const other = this.#pointers.find((each) => each !== pointer);
    if (!other) {
      if (this.#dragged) this.#by(before, now);
      return;
    }
    // Both at once: a picture that is moved first would be stopped at a limit that its new size hasn't.
    const change = distance(now, other) / Math.max(1, distance(before, other));
    this.#about(this.#scale * change, middle(now, other), middle(before, other));
  };

  readonly up = (event: PointerEvent) => {
    const left = this.#pointers.filter(({ id }) => id !== event.pointerId);
    if (left.length === this.#pointers.length) return;
    this.#pointers = left;
    if (event.type !== 'pointerup' || this.#dragged || event.target === this.#ground) return;
    const place = { ...this.#place(event), time: event.timeStamp };
    const last = this.#tapped;
    if (last && place.time - last.time < twice && distance(place, last) < 3 * slack) {
      this.#tapped = undefined;
      this.#leap(this.#scale > 1 ? 1 : doubleTap, place);
    } else {
      this.#tapped = place;
    }
  };

  /** Where something happened, from the middle of the window, which is where the picture is. */
  #place(event: MouseEvent): Point {
    const box = this.#ground?.getBoundingClientRect() ?? new DOMRect();
    return { x: event.clientX - box.x - box.width / 2, y: event.clientY - box.y - box.height / 2 };
  }

  #leap(scale: number, place: Point = { x: 0, y: 0 }): void {
    this.#smooth = true;
    this.#about(scale, place);
  }

  /** Another size, with what was at `from` at `place`. */
  #about(wanted: number, place: Point, from = place): void {
    const image = this.#ground?.querySelector('img');
    if (!image) return;
    this.#most = Math.max(enough, image.offsetWidth > 0 ? image.naturalWidth / image.offsetWidth : 0);
    // So close to all of it, all of it is meant.
    const scale = wanted < 1.02 ? 1 : Math.min(wanted, this.#most);
    const change = scale / this.#scale;
    const at = (axis: 'x' | 'y') => place[axis] - (from[axis] - this.#at[axis]) * change;
    this.#to(scale, { x: at('x'), y: at('y') });
  }

  #by(before: Point, now: Point): void {
    this.#to(this.#scale, { x: this.#at.x + now.x - before.x, y: this.#at.y + now.y - before.y });
  }

  /** Moves no side of the picture into the window, and keeps in the middle what is smaller than the window. */
  #to(scale: number, { x, y }: Point): void {
    const { clientWidth = 0, clientHeight = 0 } = this.#ground ?? {};
    const { offsetWidth = 0, offsetHeight = 0 } = this.#ground?.querySelector('img') ?? {};
    const within = (value: number, picture: number, window: number) => {
      const room = Math.max(0, (picture * scale - window) / 2);
      return Math.max(-room, Math.min(room, value));
    };
    this.#scale = scale;
    this.#at = { x: within(x, offsetWidth, clientWidth), y: within(y, offsetHeight, clientHeight) };
  }
}
