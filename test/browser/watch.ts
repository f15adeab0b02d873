import type { BrowserContext } from '@playwright/test';

/** The files of the page: all that it may ask for. */
const own = /^\/(config\.json|favicon\.svg|assets\/[\w.-]+)?$/;

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

  async context(context: BrowserContext): Promise<void> {
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        this.complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on('weberror', (error) => this.complaints.push(`uncaught: ${error.error().message}`));
    context.on('request', (request) => this.requests.push(`${request.method()} ${request.url()}`));
    context.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? '';
      // A page that is left takes its requests with it.
      if (why !== 'net::ERR_ABORTED') this.complaints.push(`failed: ${request.url()} ${why}`);
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

  /** The requests that are not GETs of the page's own files from where it is served. */
  get strange(): string[] {
    return this.requests.filter((request) => {
      const [method, address = ''] = request.split(' ');
      const url = new URL(address);
      // A picture the page has in its own memory has an address, but isn't asked of the network.
      if (url.protocol === 'blob:' && this.origins.has(url.origin)) return false;
      return (
        method !== 'GET' || !this.origins.has(url.origin) || !own.test(url.pathname) || url.search !== ''
      );
    });
  }
}
