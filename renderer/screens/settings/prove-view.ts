import type { MeterDraft, MeterProof } from '../../../shared/contract/meter-schemas.ts';
import { plural } from '../../format/words.ts';

/** What the proof comes to, in a sentence. */
export function proofSentence({ cases, mutations }: MeterProof): string {
  const own = cases.filter(({ isBuiltIn }) => !isBuiltIn);
  const passed = own.filter(({ hasPassed }) => hasPassed).length;
  const failedShipped = cases.filter(({ isBuiltIn, hasPassed }) => isBuiltIn && !hasPassed).length;
  const unnoticed = mutations.filter(({ caughtBy }) => caughtBy === null).length;
  const first =
    own.length === 0
      ? 'No case of this workspace names the meter yet, so its columns and scale are not proven.'
      : passed === own.length
        ? `${own.length === 1 ? 'The case passes' : `All ${own.length} cases pass`}.`
        : `${own.length - passed} of ${own.length} ${plural(own.length, 'case')} ${plural(own.length - passed, 'fails', 'fail')}.`;
  const second =
    mutations.length === 0
      ? ''
      : unnoticed === 0
        ? ` Each of ${mutations.length} mistakes would be noticed.`
        : ` ${unnoticed} of ${mutations.length} mistakes would go unnoticed.`;
  const third = failedShipped === 0 ? '' : ` ${failedShipped} of the template’s own cases fail on this engine.`;
  return `${first}${second}${third}`;
}

/** A case with the columns of the draft, to be filled in. */
export function caseOutline({ key, usage }: MeterDraft): string {
  const names = Object.values(usage.columns)
    .flat()
    .filter((name) => name !== '');
  const row = [...new Set(names)].map((name) => `${name}: …`).join(', ');
  const rows =
    usage.template === 'sql'
      ? `    tables:
      my_table: { types: { customer: String, at: "DateTime64(3, 'UTC')", qty: Int64 }, rows: [ { … } ] }`
      : `    rows:
      - { ${row} }
      - { ${row} }`;
  return `meters: [${key === '' ? 'my_meter' : key}]
cases:
  - name: what happens, and what it must come to
    period: { from: 2026-05-01T00:00:00Z, to: 2026-06-01T00:00:00Z }
${rows}
    expect:
      customer_1: "0"
`;
}
