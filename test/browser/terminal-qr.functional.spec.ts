import { spawn } from 'node:child_process';
import decodeQR from 'qr/decode.js';
import { expect, test } from './fixtures.ts';
import { binary } from './programs.ts';

/** Pixels for half a character cell: two halves make one row of text. */
const scale = 4;

/** Draws half blocks as a terminal does. A block is the light part: terminals are dark. */
function draw(rows: string[]): { width: number; height: number; data: Uint8ClampedArray } {
  const width = Math.max(...rows.map((row) => [...row].length)) * scale;
  const height = rows.length * 2 * scale;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  const paint = (x: number, y: number, light: boolean) => {
    for (let dy = 0; dy < scale; dy += 1) {
      for (let dx = 0; dx < scale; dx += 1) {
        const at = ((y * scale + dy) * width + x * scale + dx) * 4;
        data.fill(light ? 255 : 0, at, at + 3);
      }
    }
  };
  rows.forEach((row, line) => {
    [...row.padEnd(width / scale)].forEach((cell, x) => {
      paint(x, line * 2, cell === '█' || cell === '▀');
      paint(x, line * 2 + 1, cell === '█' || cell === '▄');
    });
  });
  return { width, height, data };
}

/** What `tincan` writes to the terminal until it has drawn a code. */
function written(args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const program = spawn(binary, args);
    let err = '';
    program.stderr.setEncoding('utf8').on('data', (data: string) => {
      err += data;
      if (err.includes('Paste the reply here')) program.kill('SIGINT');
    });
    program.on('error', reject);
    program.on('close', () => resolve(err));
  });
}

test('functional: the half blocks of the terminal are read by the scanner of the page', async ({
  terminal,
}) => {
  const rows = (await written(['new', '--stun', 'none', '--site', 'https://chat.example/']))
    .split('\n')
    .filter((row) => /^[ █▀▄]{20,}$/.test(row));
  expect(rows.length, 'rows of half blocks').toBeGreaterThan(15);
  const text = decodeQR(draw(rows));
  expect(text).toMatch(/^HTTPS:\/\/CHAT\.EXAMPLE\/#[0-9A-Z$*+\-./:]+$/);

  const joiner = terminal('join', '-');
  joiner.type(text);
  expect(await joiner.link('reply')).toMatch(/^r/);
});
