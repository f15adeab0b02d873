import { readFile, writeFile } from 'node:fs/promises';
import { texts } from './texts.ts';
import { type Cause, causes } from '../network/causes.ts';
import { expect, test } from '@playwright/test';

const readme = new URL('../network/README.md', import.meta.url);
const [begin, end] = ['<!-- causes -->\n', '<!-- end of causes -->'];

function sentence({ says }: Cause): string {
  if (says === 'away') return `${texts.away.invite.title}. ${texts.away.invite.text}`;
  if (says === 'elsewhere') return texts.elsewhere.nobody;
  if (says === 'nowhere') return texts.elsewhere.nowhere;
  if (says === 'localNetworkRefused' || says === 'relayNeedsTurn' || says === 'repairText')
    return texts[says];
  if (says === 'lost') return `${texts.statuses.lost}. ${texts.apart.lost}`;
  if (says === 'trying' || says === 'asking' || says === 'paused') return texts.apart[says];
  return texts.errors[says];
}

function table(): string {
  const rows = causes.map((cause) => [
    cause.cause,
    `${cause.told}: “${sentence(cause)}”`,
    cause.next,
    cause.injected,
    cause.test === 'by hand' ? cause.test : `\`${cause.test[0].replace('../', '')}\`: ${cause.test[1]}`,
  ]);
  const head = ['cause', 'what the page says', 'what helps', 'how a test makes it', 'test'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

test('unit: the table of causes in the docs is that of the code, and its tests are there', async () => {
  const text = await readFile(readme, 'utf8');
  const [before, rest = ''] = text.split(begin);
  const [shown, after] = rest.split(end);
  if (process.env['UPDATE'] === '1') await writeFile(readme, [before, begin, table(), end, after].join(''));
  else expect(shown, 'UPDATE=1 writes it').toBe(table());
  for (const cause of causes) {
    if (cause.test === 'by hand') continue;
    const [file, title] = cause.test;
    expect(await readFile(new URL(`../${file}`, import.meta.url), 'utf8'), cause.cause).toContain(title);
  }
});
