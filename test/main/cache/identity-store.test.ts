import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findUsageKey, readUsageIds, UsageKeyWalk, usageKeyOf } from '../../../main/cache/identity-store.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { scratchCache } from './scratch.ts';

const id = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }).filter((text) => !text.includes('\u0000')),
  fc.constantFrom('a', 'B', 'ws_1', 'ws_10', 'ws_2', '\ufb01', '😀', 'é'),
);
const ids = fc.uniqueArray(id, { maxLength: 60 });

test('a walk gives every id one key for ever, known or new, whatever else is known', () => {
  fc.assert(
    fc.property(ids, fc.array(ids, { maxLength: 4 }), (known, streams) => {
      const db = scratchCache();
      const keys = new Map(known.map((usageId) => [usageId, usageKeyOf(db, usageId)]));
      for (const stream of streams) {
        const walk = new UsageKeyWalk(db);
        for (const usageId of [...stream].sort(compareBytes)) {
          const key = walk.keyOf(usageId);
          expect(keys.get(usageId) ?? key).toBe(key);
          keys.set(usageId, key);
        }
      }
      expect(new Set(keys.values()).size).toBe(keys.size);
      for (const [usageId, key] of keys) expect(findUsageKey(db, usageId)).toBe(key);
      const listed = readUsageIds(db);
      for (const [usageId, key] of keys) expect(listed[key]).toBe(usageId);
      db.close();
    }),
    { numRuns: 60, seed: 20260604 },
  );
});

test('new ids that come in byte order get ascending keys', () => {
  const walk = new UsageKeyWalk(scratchCache());
  const keys = ['a', 'b', 'c', 'd'].map((usageId) => walk.keyOf(usageId));
  expect(keys).toEqual([...keys].sort((a, b) => a - b));
});

test('an id that comes out of order is found all the same', () => {
  const walk = new UsageKeyWalk(scratchCache());
  const [b, a] = [walk.keyOf('b'), walk.keyOf('a')];
  expect(walk.keyOf('b')).toBe(b);
  expect(walk.keyOf('a')).toBe(a);
});

test('a walk passes many known ids without reading them all', () => {
  const db = scratchCache();
  const insert = db.prepare('INSERT INTO usage_identity (usage_id) VALUES (?)');
  db.transaction(() => {
    for (let index = 0; index < 30_000; index += 1) insert.run(`ws_${String(index).padStart(6, '0')}`);
  })();
  const walk = new UsageKeyWalk(db);
  expect(walk.keyOf('ws_000001')).toBe(2);
  expect(walk.keyOf('ws_025000')).toBe(25_001);
  expect(walk.keyOf('ws_029999')).toBe(30_000);
  expect(walk.keyOf('ws_1')).toBe(30_001);
});
