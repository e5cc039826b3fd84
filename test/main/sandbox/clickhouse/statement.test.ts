import { describe, expect, test } from 'vitest';
import { quoteName, quoteText, readStatement } from '../../../../main/sandbox/clickhouse/statement.ts';

const formatOf = (sql: string): string | null => readStatement(sql).format?.name ?? null;

describe('readStatement', () => {
  test.each([
    ['SELECT 1', 'SELECT'],
    ['  -- a note\n/* another; */ select 1', 'SELECT'],
    ['(SELECT 1) UNION ALL (SELECT 2)', 'SELECT'],
    ['WITH 1 AS x SELECT x', 'WITH'],
    ['show tables', 'SHOW'],
    ['INSERT INTO t SELECT 1', 'INSERT SELECT'],
    ['INSERT INTO t VALUES (1)', 'INSERT'],
    ['-- nothing', ''],
    [' ; ', ''],
  ])('the verb of %j is %j', (sql, verb) => {
    expect(readStatement(sql).verb).toBe(verb);
  });

  test.each([
    ['SELECT 1 FORMAT JSON', 'JSON'],
    ['SELECT 1\nformat JSONEachRow;', 'JSONEachRow'],
    ['SELECT 1 FORMAT CSV -- the end', 'CSV'],
    ['SELECT 1 FORMAT TSV SETTINGS max_threads = 1', 'TSV'],
    ['SELECT 1', null],
    ['SELECT format FROM t', null],
    ['SELECT 1 AS format', null],
    ["SELECT 'FORMAT JSON'", null],
    ['SELECT * FROM (SELECT 1 FORMAT JSON)', null],
    ['SELECT 1 /* FORMAT JSON */', null],
  ])('the format of %j is %j', (sql, format) => {
    expect(formatOf(sql)).toBe(format);
  });

  test.each([
    ['SELECT 1; SELECT 2', true],
    ["SELECT ';'; -- the end", false],
    ['SELECT `;`, ";" FROM t;\n', false],
    ["INSERT INTO t VALUES (';'); INSERT INTO t VALUES (1)", false],
  ])('%j is several statements: %j', (sql, isSeveral) => {
    expect(readStatement(sql).isSeveral).toBe(isSeveral);
  });

  test.each([
    ['INSERT INTO t FORMAT CSV\n1,2', 'INSERT INTO t ', '', 'CSV', '1,2'],
    ['INSERT INTO `a;b` (x, y) FORMAT JSONEachRow {"x":1}', 'INSERT INTO `a;b` (x, y) ', '', 'JSONEachRow', '{"x":1}'],
    ['insert into t settings a = 1 format TSV\r\n\t1', 'insert into t ', 'settings a = 1 ', 'TSV', '\t1'],
    ["INSERT INTO t (a) VALUES ('x;y')", 'INSERT INTO t (a) ', '', 'Values', " ('x;y')"],
  ])('the parts of %j', (sql, head, settings, format, data) => {
    const { insert } = readStatement(sql);
    expect(insert).toMatchObject({ head, settings, format });
    expect(sql.slice(insert?.dataAt)).toBe(data);
  });

  test('INTO OUTFILE is seen, its text in a string is not', () => {
    expect(readStatement("SELECT 1 INTO OUTFILE 'x'").writesFile).toBe(true);
    expect(readStatement("SELECT 'INTO OUTFILE'").writesFile).toBe(false);
  });
});

test('text and names are quoted so that nothing gets out', () => {
  expect(quoteText("it's \\ 'x")).toBe("'it\\'s \\\\ \\'x'");
  expect(quoteName('a`b\\c')).toBe('`a\\`b\\\\c`');
});
