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

/** Prints the tables. */
export default class Tables implements Reporter {
  readonly #tables = new Map<string, Row[]>();

  onTestEnd(testCase: TestCase): void {
    for (const { type, description = '{}' } of testCase.annotations) {
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
  }
}
