// Tells what a NAT does. As `server` it answers each packet with the port it came from, and once more from an
// address and port that were never sent to; as `host` it sends one packet to each of two addresses, tries TCP as
// well, and prints what came of it. Plain JavaScript: it runs in a namespace, outside of the tests' own loader.
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';

const [role, first, second] = process.argv.slice(2);

if (role === 'server') {
  const stranger = createSocket('udp4').bind(4001, second);
  for (const address of [first, second]) {
    const socket = createSocket({ type: 'udp4', reuseAddr: true }).bind(4000, address);
    socket.on('message', (_, from) => {
      socket.send(String(from.port), from.port, from.address);
      stranger.send('stranger', from.port, from.address);
    });
  }
  createServer((socket) => socket.destroy()).listen(4000, first, () => console.log('ready'));
} else {
  const heard = [];
  const socket = createSocket('udp4').bind(0, () => {
    for (const address of [first, second]) socket.send('who am I', 4000, address, () => {});
  });
  socket.on('message', (message) => heard.push(String(message)));
  let tcp = false;
  const stream = connect(4000, first, () => (tcp = true)).on('error', () => {});
  setTimeout(() => {
    const ports = heard.filter((message) => message !== 'stranger');
    const stranger = ports.length < heard.length;
    console.log(JSON.stringify({ answers: ports.length, ports: new Set(ports).size, stranger, tcp }));
    stream.destroy();
    socket.close();
  }, 500);
}
