import { ClickHouseError } from '@clickhouse/client';
import { type ErrorCode, isTieoutError, TieoutError } from '../../../shared/errors.ts';

/** Where a request was when it failed, in words for the message. */
export type Attempt = {
  /** `the query of meter cpu_seconds`, `SELECT version()`. */
  readonly what: string;
  /** The server as a person knows it: protocol, host and port, without credentials. */
  readonly server: string;
  readonly username: string;
  readonly database: string;
  readonly timeoutMs: number;
  /** Whether rows had begun to arrive. */
  readonly isStreaming: boolean;
};

type Words = { readonly code: ErrorCode; readonly message: string; readonly remedy: string };

/**
 * Puts a failure of the client or the server into one sentence with a remedy. The server's own words are kept where it
 * speaks of the query; passwords and parameters are never part of them.
 */
export function asFailure(error: unknown, attempt: Attempt): TieoutError {
  if (isTieoutError(error)) return error;
  const words = error instanceof ClickHouseError ? serverWords(error, attempt) : connectionWords(error, attempt);
  return new TieoutError(words.code, { message: words.message, remedy: words.remedy, cause: error });
}

/** Whether nothing of the request can have reached the server, so that asking again is harmless and may help. */
export const isWorthAnotherTry = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'].includes(
    networkCode(error) ?? '',
  );

/** ClickHouse's code of "Storage … doesn't support FINAL". */
export const isFinalRefused = (error: unknown): boolean => error instanceof ClickHouseError && error.code === '181';

const UNAUTHORIZED = new Set(['192', '193', '194', '516', '519']);
const MISSING = new Map([
  ['16', 'a column that does not exist'],
  ['47', 'a column that does not exist'],
  ['60', 'a table that does not exist'],
]);

function serverWords(error: ClickHouseError, attempt: Attempt): Words {
  const { code } = error;
  const said = firstSentence(error.message);
  if (UNAUTHORIZED.has(code)) {
    return {
      code: 'clickhouse.unauthorized',
      message: `ClickHouse at ${attempt.server} refused the credentials of user ${attempt.username} (code ${code}).`,
      remedy: 'Check clickhouse.username and clickhouse.password in tieout.yaml.',
    };
  }
  if (code === '164') {
    return {
      code: 'clickhouse.readonly',
      message: `ClickHouse at ${attempt.server} lets user ${attempt.username} change no settings (readonly = 1), and every query here sends some (code 164).`,
      remedy: `Give the user readonly = 2: it still cannot write. For instance: ALTER USER ${attempt.username} SETTINGS readonly = 2.`,
    };
  }
  if (code === '497') {
    return {
      code: 'clickhouse.not_permitted',
      message: `User ${attempt.username} may not run ${attempt.what}: ${said} (code 497).`,
      remedy: 'Grant SELECT on the table to this user.',
    };
  }
  if (code === '159' || code === '160' || code === '209') {
    return {
      code: 'clickhouse.timeout',
      message: `ClickHouse at ${attempt.server} stopped ${attempt.what} at a time limit of its own (code ${code}).`,
      remedy: 'Raise max_execution_time for this user, or read a shorter period.',
    };
  }
  if (code === '81') {
    return {
      code: 'clickhouse.query_failed',
      message: `ClickHouse at ${attempt.server} has no database ${attempt.database} (code 81).`,
      remedy: 'Check clickhouse.database in tieout.yaml.',
    };
  }
  if (attempt.isStreaming) {
    return {
      code: 'clickhouse.broken_off',
      message: `ClickHouse at ${attempt.server} broke off in the middle of ${attempt.what}: ${said} (code ${code}).`,
      remedy: 'Nothing was taken from the part that arrived. Pull again; if it happens again, see the server log.',
    };
  }
  const missing = MISSING.get(code);
  return {
    code: 'clickhouse.query_failed',
    message: `ClickHouse at ${attempt.server} refused ${attempt.what}${missing === undefined ? '' : `, which names ${missing}`}: ${said} (code ${code}).`,
    remedy:
      missing === undefined
        ? 'Read the code and the sentence of the server; correct the meter in tieout.yaml or the server.'
        : `Check table and columns of the meter in tieout.yaml against database ${attempt.database}.`,
  };
}

const TLS = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;

function connectionWords(error: unknown, attempt: Attempt): Words {
  const code = networkCode(error);
  const text = error instanceof Error ? error.message : String(error);
  if (/^timeout/i.test(text) || code === 'ETIMEDOUT') {
    return {
      code: 'clickhouse.timeout',
      message: `ClickHouse at ${attempt.server} sent nothing for ${attempt.timeoutMs / 1000} s during ${attempt.what}.`,
      remedy: 'See whether the server is overloaded; pull again later or read a shorter period.',
    };
  }
  if (attempt.isStreaming) {
    return {
      code: 'clickhouse.broken_off',
      message: `The answer of ClickHouse at ${attempt.server} broke off in the middle of ${attempt.what}.`,
      remedy:
        'Nothing was taken from the part that arrived. Pull again; if it happens again, look at proxies between here and the server.',
    };
  }
  const reason = code === null ? null : unreachable(code);
  if (reason !== null) {
    return {
      code: 'clickhouse.unreachable',
      message: `ClickHouse at ${attempt.server} ${reason.happened}.`,
      remedy: reason.remedy,
    };
  }
  if (/\b(401|403)\b|unauthorized|forbidden/i.test(text)) {
    return {
      code: 'clickhouse.unauthorized',
      message: `The server at ${attempt.server} refused the credentials of user ${attempt.username}.`,
      remedy: 'Check clickhouse.username and clickhouse.password in tieout.yaml, and any proxy in front of the server.',
    };
  }
  return {
    code: 'clickhouse.bad_answer',
    message: `The server at ${attempt.server} did not answer ${attempt.what} as ClickHouse does${text === '' ? '' : `: ${firstSentence(text)}`}.`,
    remedy: 'Check that clickhouse.url is the HTTP interface of ClickHouse (port 8123 or 8443).',
  };
}

function unreachable(code: string): { happened: string; remedy: string } | null {
  if (TLS.test(code)) {
    return {
      happened: `offers a certificate that is not trusted (${code})`,
      remedy: 'Install the right certificate, or trust its issuer with NODE_EXTRA_CA_CERTS.',
    };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      happened: `cannot be found: its host name has no address (${code})`,
      remedy: 'Check the host in clickhouse.url.',
    };
  }
  if (code === 'EPROTO') {
    return {
      happened: 'does not speak TLS on this port (EPROTO)',
      remedy: 'Check http or https and the port in clickhouse.url.',
    };
  }
  if (code === 'ECONNREFUSED') {
    return {
      happened: 'refused the connection (ECONNREFUSED)',
      remedy: 'Check that the server runs, and the port in clickhouse.url.',
    };
  }
  if (/^E[A-Z]+$/.test(code)) {
    return {
      happened: `cannot be reached (${code})`,
      remedy: 'Check the network, and host and port in clickhouse.url.',
    };
  }
  return null;
}

function networkCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return networkCode(error.errors[0]);
  return error.cause === undefined ? null : networkCode(error.cause);
}

/** The server's sentence without its tail of version and stack, on one line, of readable length. */
function firstSentence(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim().replace(/[.:]$/, '');
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
