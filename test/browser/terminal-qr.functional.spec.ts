import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import decodeQR from 'qr/decode.js';
import { expect, test } from './fixtures.ts';
import { binary } from './programs.ts';

const run = promisify(execFile);

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

/** What a window shows of `tincan` that has drawn a code, which it does in windows only. */
async function shown(args: string[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tmux'));
  const tmux = async (...command: string[]) =>
    (await run('tmux', ['-u', '-f', '/dev/null', '-S', join(dir, 's'), ...command])).stdout;
  try {
    await tmux('new-session', '-d', '-x', '120', '-y', '60', binary, ...args);
    let screen = '';
    await expect(async () => {
      screen = await tmux('capture-pane', '-p');
      expect(screen).toContain('Paste the reply here');
    }).toPass({ timeout: 20_000 });
    return screen;
  } finally {
    await tmux('kill-server');
    await rm(dir, { recursive: true });
  }
}

test('functional: the half blocks of the terminal are read by the scanner of the page', async ({
  terminal,
}) => {
  const tmux = await run('tmux', ['-V']).catch(() => undefined);
  test.skip(!tmux, 'tmux is not installed: what a terminal shows is not looked at');
  const rows = (await shown(['new', '--stun', 'none', '--site', 'https://chat.example/']))
    .split('\n')
    .filter((row) => /^[ █▀▄]{20,}$/.test(row));
  expect(rows.length, 'rows of half blocks').toBeGreaterThan(15);
  const text = decodeQR(draw(rows));
  expect(text).toMatch(/^HTTPS:\/\/CHAT\.EXAMPLE\/#[0-9A-Z$*+\-./:]+$/);

  const joiner = terminal('join', '-');
  joiner.type(text);
  expect(await joiner.link('reply')).toMatch(/^r/);
});
