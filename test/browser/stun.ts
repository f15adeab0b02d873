import { createSocket, type Socket } from 'node:dgram';

const cookie = 0x2112a442;

/**
 * A STUN server of the test's own, on this computer: it tells every socket the same made-up public address
 * (RFC 8489 §14.2), or says nothing at all.
 */
export class Stun {
  /** `host:port`, as config.json and the Network dialog take it. */
  readonly address: string;
  /** Requests that came. */
  asked = 0;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.address = `127.0.0.1:${socket.address().port}`;
  }

  /** `seen` is the address it tells, such as `203.0.113.7:5000`; undefined is a dead server. */
  static async start(seen?: string): Promise<Stun> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const stun = new Stun(socket);
    socket.on('message', (request, from) => {
      stun.asked += 1;
      if (seen === undefined || request.length < 20 || request.readUInt16BE(0) !== 0x0001) return;
      socket.send(answer(request, seen), from.port, from.address);
    });
    return stun;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}

/** A binding success with one XOR-MAPPED-ADDRESS. */
function answer(request: Buffer, seen: string): Buffer {
  const [host = '', port = ''] = seen.split(':');
  const b = Buffer.alloc(32);
  b.writeUInt16BE(0x0101, 0);
  b.writeUInt16BE(12, 2);
  request.copy(b, 4, 4, 20); // the cookie and the transaction
  b.writeUInt16BE(0x0020, 20);
  b.writeUInt16BE(8, 22);
  b.writeUInt8(1, 25);
  b.writeUInt16BE(Number(port) ^ (cookie >>> 16), 26);
  const address = host.split('.').reduce((n, part) => n * 256 + Number(part), 0);
  b.writeUInt32BE((address ^ cookie) >>> 0, 28);
  return b;
}
