import type { BrowserContext } from '@playwright/test';
import { Traces } from './traces.ts';

/** The files of the page: all that it may ask for. */
const own =
  /^\/(config\.json|sw\.js|favicon\.svg|manifest\.webmanifest|notices\.txt|\.well-known\/tincan\.json|(assets|icons)\/[\w.-]+)?$/;
/** What a page asks of its mailbox, where somebody has let it. */
const mailbox = /^\/api\/v1\/(put|take|drop)$/;

/**
 * Listens to everything that goes on in a browser context: what the page complains about, and what it asks of
 * the network.
 */
export class Watch {
  /** Console errors and warnings, uncaught errors, violations of the content security policy. */
  readonly complaints: string[] = [];
  /** Every URL asked for, WebSockets included. */
  readonly requests: string[] = [];
  /** Where the page comes from. */
  readonly origins = new Set<string>();
  /** The test lets the reply come by itself: its page may ask the mailbox. */
  mailbox = false;
  /** What Chromium may write down about the mailbox, in tests that have it fail or refuse. */
  trouble: RegExp | undefined;
  /** What went to the mailbox. */
  readonly traces = new Traces();

  async context(context: BrowserContext): Promise<void> {
    context.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      const { url } = message.location();
      if (this.#isMailbox(url) && this.trouble?.test(message.text())) return;
      this.complaints.push(`${message.type()}: ${message.text()} (${url})`);
    });
    context.on('weberror', (error) => this.complaints.push(`uncaught: ${error.error().message}`));
    context.on('request', (request) => {
      this.requests.push(`${request.method()} ${request.url()}`);
      const body = this.#isMailbox(request.url()) ? request.postDataBuffer() : null;
      if (body) this.traces.body(body);
    });
    context.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? '';
      // A page that is left takes its requests with it.
      const expected =
        this.#isMailbox(request.url()) && this.trouble?.test(`Failed to load resource: ${why}`);
      if (why !== 'net::ERR_ABORTED' && !expected) this.complaints.push(`failed: ${request.url()} ${why}`);
    });
    context.on('page', (page) => {
      page.on('websocket', (socket) => this.requests.push(`WebSocket ${socket.url()}`));
      page.on('crash', () => this.complaints.push('the page crashed'));
    });
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error('securitypolicyviolation', event.effectiveDirective, event.blockedURI, event.sample),
      );
    });
  }

  /** The page is served at these addresses. */
  served(urls: readonly string[]): void {
    for (const url of urls) this.origins.add(new URL(url).origin);
  }

  #isMailbox(address: string): boolean {
    if (!this.mailbox || !URL.canParse(address)) return false;
    const url = new URL(address);
    return this.origins.has(url.origin) && mailbox.test(url.pathname) && url.search === '';
  }

  /** The requests that are neither GETs of the page's own files nor ask whether their host is there, from where it is served. */
  get strange(): string[] {
    return this.requests.filter((request) => {
      const [method, address = ''] = request.split(' ');
      const url = new URL(address);
      if (method === 'POST' && this.#isMailbox(address)) return false;
      // A picture the page has in its own memory has an address, but isn't asked of the network.
      if (url.protocol === 'blob:' && this.origins.has(url.origin)) return false;
      // Whether links still lead somewhere.
      const there = method === 'HEAD' && url.pathname === '/';
      return (
        (method !== 'GET' && !there) ||
        !this.origins.has(url.origin) ||
        !own.test(url.pathname) ||
        url.search !== ''
      );
    });
  }
}
