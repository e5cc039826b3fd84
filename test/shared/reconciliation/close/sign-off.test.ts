import { expect, test } from 'vitest';
import {
  isSamePerson,
  type Role,
  type SignOff,
  signOffProblem,
  validSignOffs,
} from '../../../../shared/reconciliation/close/sign-off.ts';

let id = 0;
const signed = (role: Role, name: string, contentHash = 'now', version = 1): SignOff => {
  id += 1;
  return { id, role, name, contentHash, version };
};
const NOW = { figures: 'now', version: 1 };
const ask = (signOffs: readonly SignOff[], role: Role, name: string, samePerson = false) =>
  signOffProblem(signOffs, NOW, { role, name, samePerson });

test('one prepares, another one reviews', () => {
  expect(ask([], 'preparer', 'Ada')).toBeNull();
  expect(ask([], 'reviewer', 'Grace')).toBe('preparer_first');
  const prepared = [signed('preparer', 'Ada')];
  expect(ask(prepared, 'reviewer', 'Grace')).toBeNull();
  expect(ask(prepared, 'preparer', 'Grace')).toBe('already_signed');
  expect(ask(prepared, 'reviewer', 'Ada')).toBe('same_person');
  expect(ask(prepared, 'reviewer', 'Ada', true)).toBeNull();
});

test.each([
  ['Ada Lovelace', 'ADA  lovelace '],
  ['Ｇｒａｃｅ', 'grace'],
  ['Zoe\u0301', 'Zo\u00e9'],
])('%s and %s are one person', (a, b) => expect(isSamePerson(a, b)).toBe(true));

test('other names are other people', () => expect(isSamePerson('Ada', 'Adam')).toBe(false));

test('a sign-off lapses with its figures, and when the month is opened again', () => {
  const both = [signed('preparer', 'Ada'), signed('reviewer', 'Grace')];
  expect(validSignOffs(both, NOW)).toEqual({ preparer: both[0], reviewer: both[1] });
  const nobody = { preparer: null, reviewer: null };
  expect(validSignOffs(both, { figures: 'other', version: 1 })).toEqual(nobody);
  expect(validSignOffs(both, { figures: 'now', version: 2 })).toEqual(nobody);
});

test('a review of what was not prepared counts for nothing', () => {
  const early = signed('reviewer', 'Grace');
  const prepared = signed('preparer', 'Ada');
  expect(validSignOffs([early, prepared], NOW)).toEqual({ preparer: prepared, reviewer: null });
});
