import { randomBytes } from 'node:crypto';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/**
 * What can be wrong with a mailbox. Beside those of test/lambda, where each is explained, it can be `missing`, as on a site
 * that has none, take with an `empty` 200, and hide an answer with a reply `behind` one that says that nothing is there.
 */
export type Fault =
  'none' | 'down' | 'slow' | '429' | '500' | 'half' | 'other' | 'missing' | 'empty' | 'behind';

/**
 * Stands between browsers and the server of the page: counts what is asked of the mailbox, and makes it fail as
 * told. Everything else goes through as it is.
 */
export class Proxy {
  readonly url: string;
  /** What was asked below /api, such as `put`. */
  readonly asked: string[] = [];
  /** What the server said to it, such as `take 204`. */
  readonly answered: string[] = [];
  fault: Fault = 'none';
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  static async start(target: string): Promise<Proxy> {
    const sockets = new Set<Socket>();
    const server = createServer((incoming, outgoing) => proxy.#pass(target, incoming, outgoing));
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new Proxy(server, sockets);
    return proxy;
  }

  count(operation: string): number {
    return this.asked.filter((each) => each === operation).length;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(target: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
    const path = incoming.url ?? '/';
    const operation = /^\/api\/(?:v1\/)?(.*)$/.exec(path)?.[1];
    if (operation !== undefined) {
      this.asked.push(operation);
      if (this.#fails(operation, incoming, outgoing)) return;
    }
    const { hostname, port } = new URL(target);
    const onward = request(
      // A connection of its own: one that was kept may be closed by the server just when it is used again.
      { hostname, port, path, method: incoming.method, headers: incoming.headers, agent: false },
      (answer) => {
        if (operation !== undefined) this.answered.push(`${operation} ${answer.statusCode}`);
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  }

  /** Whether the request has met the fault. */
  #fails(operation: string, incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    switch (this.fault) {
      case 'none':
        return false;
      case 'down':
        incoming.socket.destroy();
        return true;
      case 'slow':
        return true; // for as long as the browser waits
      case '429':
      case '500':
        outgoing.writeHead(Number(this.fault), { 'retry-after': '1' }).end();
        return true;
      case 'missing':
        outgoing
          .writeHead(404, { 'content-type': 'text/html' })
          .end('<!doctype html><title>Not found</title>');
        return true;
      case 'empty':
        if (operation !== 'take') return false;
        outgoing.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': 0 }).end();
        return true;
      case 'behind':
        if (operation !== 'take') return false;
        incoming.resume().on('end', () => {
          const reply = Buffer.concat([Buffer.of(0xad), randomBytes(176)]);
          const found = `HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ${reply.length}\r\n\r\n`;
          const nothing = `HTTP/1.1 204 No Content\r\nContent-Length: ${found.length + reply.length}\r\n\r\n`;
          incoming.socket.write(Buffer.concat([Buffer.from(nothing + found), reply]));
        });
        return true;
      case 'half':
      case 'other':
        if (operation !== 'take') return false;
        outgoing.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': 177 });
        if (this.fault === 'other') outgoing.end(randomBytes(177));
        else outgoing.write(randomBytes(80), () => incoming.socket.destroy());
        return true;
    }
  }
}
