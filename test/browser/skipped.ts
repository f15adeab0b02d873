import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** Says at the end why tests were skipped: a skip without its reason passes for a success. */
export default class Skipped implements Reporter {
  readonly #reasons = new Map<string, number>();

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status !== 'skipped') return;
    const reason = test.annotations.find(({ type }) => type === 'skip')?.description ?? 'no reason was given';
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }

  onEnd(_: FullResult): void {
    for (const [reason, tests] of this.#reasons) console.log(`  ${tests} skipped: ${reason}`);
  }
}
