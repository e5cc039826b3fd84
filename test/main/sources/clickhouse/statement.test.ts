import { expect, test } from 'vitest';
import { statementBody, usesCustomers } from '../../../../main/sources/clickhouse/statement.ts';

test.each([
  ['SELECT 1', 'SELECT 1'],
  ['SELECT 1;', 'SELECT 1'],
  ['SELECT 1 ; ;\n', 'SELECT 1'],
  ['SELECT 1; -- done;', 'SELECT 1'],
  ['SELECT 1 -- not; done', 'SELECT 1 -- not; done'],
  ['SELECT 1 /* ; */ ; /* ; */ # bye', 'SELECT 1 /* ; */'],
  ["SELECT ';' AS x", "SELECT ';' AS x"],
  ["SELECT 'it\\'s;' ;", "SELECT 'it\\'s;'"],
  ["SELECT 'it''s; -- no comment';", "SELECT 'it''s; -- no comment'"],
  ['SELECT `a;b`, "c;d";', 'SELECT `a;b`, "c;d"'],
  ['SELECT 1; SELECT 2', 'SELECT 1; SELECT 2'],
])('%j becomes %j', (query, body) => {
  expect(statementBody(query)).toBe(body);
});

test.each([
  ['SELECT {customers:Array(String)}', true],
  ['SELECT { customers : Array(String)}', true],
  ["SELECT '{customers:Array(String)}'", false],
  ['SELECT 1 -- {customers:Array(String)}', false],
  ['SELECT {customer:String}', false],
])('%j uses the list: %s', (query, used) => {
  expect(usesCustomers(query)).toBe(used);
});
