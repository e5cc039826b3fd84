import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AuditEntry,
  type AuditEvent,
  CHAIN_START,
  chained,
  chainProblems,
} from '../../../../shared/reconciliation/close/audit-chain.ts';
import { instant } from '../../../../shared/values/instant.ts';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const entry = (action: string, body: AuditEntry['body'] = {}): AuditEntry => ({
  at: instant(Date.UTC(2026, 5, 2)),
  actor: 'Ada',
  action,
  month: '2026-05',
  body,
});

function chainOf(entries: readonly AuditEntry[]): readonly AuditEvent[] {
  const events: AuditEvent[] = [];
  for (const one of entries) events.push(chained(events.at(-1) ?? null, one, sha256));
  return events;
}

const LOG = chainOf([entry('note', { text: 'Späť 😀' }), entry('sign_off', { role: 'preparer' }), entry('lock')]);

test('a hash is that of the hash before it and the canonical entry', () => {
  const text = `${CHAIN_START}{"action":"note","actor":"Ada","at":"2026-06-02T00:00:00Z","body":{"text":"Späť 😀"},"month":"2026-05","seq":1}`;
  expect(LOG[0]?.hash).toBe(sha256(text));
  expect(LOG[1]?.previousHash).toBe(LOG[0]?.hash);
});

const head = LOG.at(-1)?.hash ?? '';
const [first, second, third] = LOG as [AuditEvent, AuditEvent, AuditEvent];

test.each<[string, readonly AuditEvent[], readonly string[]]>([
  ['nothing was touched', LOG, []],
  ['an entry was edited', [first, { ...second, actor: 'Eve' }, third], ['2 changed']],
  [
    'an entry was edited and hashed again',
    [chained(null, { ...first, actor: 'Eve' }, sha256), second, third],
    ['2 detached'],
  ],
  ['an entry was taken out', [first, third], ['2 missing', '3 detached']],
  ['the first was taken out', [second, third], ['1 missing', '2 detached']],
  ['the last was taken off', [first, second], ['3 missing']],
  [
    'entries changed places',
    [second, first, third],
    ['1 missing', '2 detached', '3 missing', '1 detached', '2 missing', '3 detached'],
  ],
  ['everything is gone', [], ['1 missing']],
  ['an entry cannot be read', [first, { ...second, body: { share: 0.5 } }, third], ['2 unreadable']],
])('%s', (_name, events, expected) => {
  expect(chainProblems(events, sha256, head).map(({ seq, problem }) => `${seq} ${problem}`)).toEqual(expected);
});

test('any edit of any field of any entry is found', () => {
  fc.assert(
    fc.property(
      fc.nat(2),
      fc.constantFrom('at', 'actor', 'action', 'month', 'body', 'previousHash', 'hash', 'seq'),
      (index, field) => {
        const edited = LOG.map((event, at): AuditEvent => {
          if (at !== index) return event;
          const value = event[field as keyof AuditEvent];
          const other =
            typeof value === 'number' ? value + 1000 : typeof value === 'string' ? `${value}0` : { more: 1 };
          return { ...event, [field]: other };
        });
        expect(chainProblems(edited, sha256, head)).not.toEqual([]);
      },
    ),
    { numRuns: 100 },
  );
});
