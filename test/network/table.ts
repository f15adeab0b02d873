import { test } from '@playwright/test';
import type { FullResult, Reporter, TestCase } from '@playwright/test/reporter';

type Row = Record<string, string | number>;

/** Notes a row for the table of this name, which is printed when all tests have run, whether they passed or not. */
export function row(table: string, cells: Row): void {
  test.info().annotations.push({
    type: `table: ${table}`,
    description: JSON.stringify(cells),
  });
}

/** Notes one of several that are counted together: whether it went well, and what is added up. */
export function count(of: string, well: boolean, sums: Record<string, number>): void {
  test.info().annotations.push({ type: `count: ${of}`, description: JSON.stringify({ well, sums }) });
}

/** Notes what is printed below all of that. */
export function line(text: string): void {
  test.info().annotations.push({ type: 'line', description: text });
}

/** Prints the tables, and below them what was counted and said. */
export default class Tables implements Reporter {
  readonly #tables = new Map<string, Row[]>();

  readonly #lines: string[] = [];
  readonly #counts = new Map<string, { well: number; all: number; sums: Record<string, number> }>();

  onTestEnd(testCase: TestCase): void {
    for (const { type, description = '{}' } of testCase.annotations) {
      if (type.startsWith('count: ')) {
        const { well, sums } = JSON.parse(description) as { well: boolean; sums: Record<string, number> };
        const counted = this.#counts.get(type) ?? { well: 0, all: 0, sums: {} };
        counted.all++;
        if (well) counted.well++;
        for (const [name, n] of Object.entries(sums)) counted.sums[name] = (counted.sums[name] ?? 0) + n;
        this.#counts.set(type, counted);
      }
      if (type === 'line') this.#lines.push(description);
      if (!type.startsWith('table: ')) continue;
      const rows = this.#tables.get(type) ?? [];
      rows.push(JSON.parse(description) as Row);
      this.#tables.set(type, rows);
    }
  }

  onEnd(_: FullResult): void {
    for (const [type, rows] of this.#tables) {
      const head = Object.keys(rows[0] ?? {});
      const lines = [head, ...rows.map((cells) => head.map((name) => String(cells[name] ?? '')))];
      const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
      console.log(`\n${type.replace('table: ', '')}`);
      for (const line of lines)
        console.log(
          `  ${line
            .map((cell, i) => cell.padEnd(widths[i] ?? 0))
            .join('  ')
            .trimEnd()}`,
        );
    }
    for (const [type, { well, all, sums }] of this.#counts) {
      const added = Object.entries(sums).map(([name, n]) => `${name} ${n}`);
      console.log(`\n${type.replace('count: ', '')}: ${[`${well} of ${all}`, ...added].join(', ')}`);
    }
    for (const text of this.#lines) console.log(`\n${text}`);
  }
}
