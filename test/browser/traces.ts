import { appendFileSync } from 'node:fs';

/** What somebody who read it in a log could take a reply with, or tell who left it: slots, claims, bodies. */
export class Traces {
  readonly #forms = new Set<string>();

  /** A request's body, as PROTOCOL.md §2.6 has it. */
  body(bytes: Buffer): void {
    for (const part of [bytes.subarray(0, 16), bytes.subarray(16)]) {
      if (part.length < 16) continue;
      const forms = [
        part.toString('hex').slice(0, 24),
        part.toString('base64').slice(0, 20),
        part.toString('base64url').slice(0, 20),
        [...part.subarray(0, 8)].join(' '),
        [...part.subarray(0, 8)].join(','),
        part.toString('latin1').slice(0, 10),
      ];
      for (const form of forms) this.#forms.add(form);
      // Beside what this test sees, the whole output of all tests is searched at the end (make test).
      const seen = process.env['TINCAN_SEEN'];
      if (seen !== undefined) appendFileSync(seen, `${part.toString('hex')}\n`);
    }
  }

  get count(): number {
    return this.#forms.size;
  }

  /** How many of them are in a text. */
  in(text: string): number {
    return [...this.#forms].filter((form) => text.includes(form)).length;
  }
}
