import { ClickHouseError } from '@clickhouse/client';
import { expect, test } from 'vitest';
import { asFailure } from '../../../../main/sources/clickhouse/failure.ts';

const ATTEMPT = {
  what: 'the query of meter m',
  server: 'https://ch.example.com:8443',
  username: 'reader',
  database: 'billing',
  timeoutMs: 300_000,
  isStreaming: false,
};
const said = (code: string, message: string): ClickHouseError => new ClickHouseError({ code, message, type: 'X' });
const network = (code: string, message = code): Error => Object.assign(new Error(message), { code });

test.each([
  ['516', 'clickhouse.unauthorized'],
  ['193', 'clickhouse.unauthorized'],
  ['164', 'clickhouse.readonly'],
  ['497', 'clickhouse.not_permitted'],
  ['159', 'clickhouse.timeout'],
  ['81', 'clickhouse.query_failed'],
  ['60', 'clickhouse.query_failed'],
  ['47', 'clickhouse.query_failed'],
  ['241', 'clickhouse.query_failed'],
])("the server's code %s is %s, named in one sentence", (code, expected) => {
  const { code: ours, message, remedy } = asFailure(said(code, 'Some reason.'), ATTEMPT);
  expect(ours).toBe(expected);
  expect(message).toContain(`code ${code}`);
  expect(message).toMatch(/\.$/);
  expect(remedy).not.toBeNull();
});

test.each([
  ['ECONNREFUSED', 'clickhouse.unreachable', 'refused the connection'],
  ['ENOTFOUND', 'clickhouse.unreachable', 'no address'],
  ['ECONNRESET', 'clickhouse.unreachable', 'cannot be reached'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'clickhouse.unreachable', 'certificate'],
  ['CERT_HAS_EXPIRED', 'clickhouse.unreachable', 'certificate'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'clickhouse.unreachable', 'certificate'],
  ['ETIMEDOUT', 'clickhouse.timeout', '300 s'],
])('%s is %s', (code, expected, words) => {
  const failure = asFailure(network(code), ATTEMPT);
  expect(failure.code).toBe(expected);
  expect(failure.message).toContain(words);
});

test('once rows arrive, whatever happens is a break in the middle', () => {
  const streaming = { ...ATTEMPT, isStreaming: true };
  expect(asFailure(network('ECONNRESET'), streaming).code).toBe('clickhouse.broken_off');
  expect(asFailure(new Error('unexpected end of file'), streaming).code).toBe('clickhouse.broken_off');
  expect(asFailure(said('241', 'Memory limit exceeded'), streaming).code).toBe('clickhouse.broken_off');
});

test('a page of some other server', () => {
  expect(asFailure(new Error('<html>401 Unauthorized</html>'), ATTEMPT).code).toBe('clickhouse.unauthorized');
  expect(asFailure(new Error('<html>Welcome</html>'), ATTEMPT).code).toBe('clickhouse.bad_answer');
});
