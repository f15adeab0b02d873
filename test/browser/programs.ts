import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const binary = fileURLToPath(new URL('../../bin/tincan', import.meta.url));
const gateway = fileURLToPath(new URL('../../bin/gateway', import.meta.url));

/** How long a program may take to say something. */
const patience = 15_000;

/** A running program: what it wrote, line by line, and how it ended. */
class Program {
  readonly lines: string[] = [];
  #stderr = '';
  #exit: number | string | undefined;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], program = binary) {
    this.#process = spawn(program, args);
    let rest = '';
    this.#process.stdout.setEncoding('utf8').on('data', (data: string) => {
      const lines = (rest + data).split('\n');
      rest = lines.pop() ?? '';
      this.lines.push(...lines);
      this.#changed();
    });
    this.#process.stderr.setEncoding('utf8').on('data', (data: string) => (this.#stderr += data));
    // A program that has ended reads no more; how it ended is told by whoever waits for it.
    this.#process.stdin.on('error', () => {});
    this.#process.on('error', (error) => this.#ended(error.message));
    this.#process.on('close', (code, signal) => this.#ended(code ?? signal ?? 'gone'));
  }

  #ended(how: number | string) {
    this.#exit ??= how;
    this.#changed();
  }

  #changed() {
    for (const check of [...this.#waiting]) check();
  }

  /** The first answer of `look` that isn't undefined; asked again whenever the program says something or ends. */
  until<T>(what: string, look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(check);
      };
      const fail = (why: string) => {
        done();
        reject(new Error(`${what}: ${why}\n${this.#stderr}\n${this.lines.slice(-5).join('\n')}`));
      };
      const check = () => {
        const found = look();
        if (found !== undefined) {
          done();
          resolve(found);
        } else if (this.#exit !== undefined) fail(`it ended with ${this.#exit}`);
      };
      const timer = setTimeout(() => fail(`not within ${patience} ms`), patience);
      this.#waiting.add(check);
      check();
    });
  }

  write(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  interrupt(): void {
    this.#process.kill('SIGINT');
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process.kill(signal);
  }

  /** The exit code, once the program has ended. */
  ended(): Promise<number | string> {
    if (this.#exit !== undefined) return Promise.resolve(this.#exit);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#process.kill('SIGKILL'), patience);
      this.#process.on('close', (code, signal) => {
        clearTimeout(timer);
        resolve(code ?? signal ?? 'gone');
      });
    });
  }

  get stderr(): string {
    return this.#stderr;
  }
}

/** `tincan serve`: the page. */
export class Serve {
  /** Addresses of the page, the one that others reach best first. */
  readonly urls: readonly string[];
  readonly #program: Program;

  private constructor(program: Program, urls: readonly string[]) {
    this.#program = program;
    this.urls = urls;
  }

  static async start(listen: string, ...more: string[]): Promise<Serve> {
    const program = new Program(['serve', '--listen', listen, ...more]);
    // The last address is the one for this computer.
    const urls = await program.until('start serve', () =>
      program.lines.some((line) => /^https?:\/\/(127\.0\.0\.1|localhost):/.test(line))
        ? [...program.lines]
        : undefined,
    );
    return new Serve(program, urls);
  }

  /** The page's address on this computer. */
  get here(): string {
    return this.urls.at(-1) ?? '';
  }

  /** All that it wrote but its addresses. */
  get talk(): string {
    return [...this.#program.lines.filter((line) => !this.urls.includes(line)), this.#program.stderr].join(
      '\n',
    );
  }

  /** Stops it as Ctrl-C does; fails unless it ends cleanly. */
  async stop(): Promise<void> {
    this.#program.interrupt();
    const code = await this.#program.ended();
    if (code !== 0 || !this.#program.stderr.endsWith('Stopped.\n')) {
      throw new Error(`stop serve: ended with ${code}\n${this.#program.stderr}`);
    }
  }
}

/** The mailbox as the cloud runs it, and a page in front: the real bootstrap behind API events, over dynalite. */
export class Gateway {
  readonly url: string;
  readonly #program: Program;

  private constructor(program: Program, url: string) {
    this.#program = program;
    this.url = url;
  }

  /** `page` is a `tincan serve`. */
  static async start(page: string): Promise<Gateway> {
    const program = new Program(['--page', page], gateway);
    return new Gateway(program, await program.until('start the gateway', () => program.lines[0]));
  }

  /** What the bootstrap and the rest of it wrote. */
  get talk(): string {
    return [...this.#program.lines.slice(1), this.#program.stderr].join('\n');
  }

  async stop(): Promise<void> {
    this.#program.interrupt();
    const code = await this.#program.ended();
    if (code !== 0) throw new Error(`stop the gateway: ended with ${code}\n${this.#program.stderr}`);
  }
}

/** One line of `--json` output. */
export interface TerminalEvent {
  event: string;
  [field: string]: unknown;
}

/** `tincan new --json` or `tincan join --json`. */
export class Terminal {
  readonly #program: Program;

  constructor(args: readonly string[]) {
    // Nobody outside is asked, unless the test names a server of its own.
    this.#program = new Program([...args, '--json', ...(args.includes('--stun') ? [] : ['--stun', 'none'])]);
  }

  get events(): TerminalEvent[] {
    return this.#program.lines.map((line) => JSON.parse(line) as TerminalEvent);
  }

  /** The first event of this name, once it is there. */
  event(name: string): Promise<TerminalEvent> {
    return this.#program.until(`event ${name}`, () => this.events.find(({ event }) => event === name));
  }

  async link(kind: 'invite' | 'reply'): Promise<string> {
    return String((await this.event(kind))['link']);
  }

  /** What `look` finds, once it does. */
  until<T>(what: string, look: () => T | undefined): Promise<T> {
    return this.#program.until(what, look);
  }

  /** The texts that have arrived, once there are so many. */
  async messages(count: number): Promise<string[]> {
    return this.#program.until(`${count} messages`, () => {
      const got = this.events.filter(({ event }) => event === 'message');
      return got.length >= count ? got.map(({ text }) => String(text)) : undefined;
    });
  }

  /** The ids of its messages that have been delivered, once there are so many. */
  async delivered(count: number): Promise<unknown[]> {
    return this.#program.until(`${count} delivered`, () => {
      const got = this.events.filter(({ event }) => event === 'delivered');
      return got.length >= count ? got.map(({ id }) => id) : undefined;
    });
  }

  /** Waits for so many lines of output, without reading them: for floods. */
  async lines(count: number): Promise<void> {
    await this.#program.until(`${count} lines`, () => this.#program.lines.length >= count || undefined);
  }

  do(command: Record<string, unknown>): void {
    this.#program.write(JSON.stringify(command));
  }

  /** A line of input that is no JSON: the invite that `join -` reads. */
  type(line: string): void {
    this.#program.write(line);
  }

  /** What it said beside its events. */
  get talk(): string {
    return this.#program.stderr;
  }

  interrupt(): void {
    this.#program.interrupt();
  }

  /** Nothing of it runs until it is thawed, as on a computer that sleeps. */
  freeze(): void {
    this.#program.signal('SIGSTOP');
  }

  thaw(): void {
    this.#program.signal('SIGCONT');
  }

  ended(): Promise<number | string> {
    return this.#program.ended();
  }
}
