import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeCrash } from '../../../main/desktop/crash-log.ts';
import { scratchFolder } from '../cache/scratch.ts';

test('what went wrong is written down, without keys and credentials', () => {
  const file = join(scratchFolder(), 'logs', 'tieout.log');
  const at = new Date('2026-06-01T00:00:00Z');
  writeCrash(file, 'uncaught', new Error('rk_live_abc123 refused at https://ada:secret@ch.example.com:8443/x'), at);
  writeCrash(file, 'unhandled', 'sk_test_9Z', at);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(
    '2026-06-01T00:00:00.000Z uncaught: Error: [key] refused at https://[credentials]@ch.example.com',
  );
  expect(text).toContain('unhandled: [key]');
  expect(text).not.toMatch(/abc123|secret|9Z/);
});

test('a place that cannot be written to is nobody’s trouble', () => {
  expect(() => writeCrash('/dev/null/x/tieout.log', 'uncaught', new Error('x'), new Date(0))).not.toThrow();
});
