import { randomBytes } from 'node:crypto';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Fault } from './programs.ts';

/**
 * Stands between browsers and the server of the page: counts what is asked of the mailbox, and makes it fail as
 * told. Everything else goes through as it is.
 */
export class Proxy {
  readonly url: string;
  /** What was asked below /api, such as `put`. */
  readonly asked: string[] = [];
  /** What the server said to it, such as `take 404`. */
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
