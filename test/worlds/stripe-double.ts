import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An object as the public API reference shows it. */
export type RawObject = Readonly<Record<string, unknown>> & { readonly id: string };

/** An event that Stripe has taken: `value` is decimal text, `at` ISO text. */
export type MeterEvent = {
  readonly meter: string;
  readonly customer: string;
  readonly at: string;
  readonly value: string;
};

/** What an account holds, as plain data. */
export type StripeData = {
  readonly meters?: readonly RawObject[];
  readonly customers?: readonly RawObject[];
  readonly products?: readonly RawObject[];
  readonly prices?: readonly RawObject[];
  readonly subscriptions?: readonly RawObject[];
  readonly invoices?: readonly RawObject[];
  readonly creditGrants?: readonly RawObject[];
  readonly taxRates?: readonly RawObject[];
  readonly testClocks?: readonly RawObject[];
  readonly events?: readonly MeterEvent[];
};

/** How this base differs from Stripe's own. */
export type Manners = {
  readonly apiKey?: string;
  /** Fewer rows a page than asked for. */
  readonly maxPage?: number;
  /** Paths that are not served: 404 without a known error code. */
  readonly notServed?: readonly string[];
  /** Spells an exact total as the JSON that the base writes. */
  readonly spell?: (exact: string) => string;
  /** Fields of a summary, instead of Stripe's. */
  readonly summary?: (full: Record<string, unknown>) => Record<string, unknown>;
  /** Path in front of /v1. */
  readonly prefix?: string;
  /** Lists leave the tiers out unless they are expanded, as Stripe does. */
  readonly hidesTiers?: boolean;
  /** Of `last` events in one second a range takes the first that came, and an hour the last one. */
  readonly splitsTies?: boolean;
};

export type Trouble =
  | {
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Record<string, string>;
      readonly afterMs?: number;
    }
  | 'reset'
  | 'truncate'
  | { readonly delayMs: number };

/** A running base; the fields may be changed while it runs. */
export type StripeDouble = {
  readonly url: string;
  data: StripeData;
  manners: Manners;
  /** Says what goes wrong with a request; null: nothing. */
  trouble: (path: string, query: URLSearchParams, count: number) => Trouble | null;
  /** Path and query of every request. */
  readonly requests: string[];
  stop(): Promise<void>;
};

/**
 * Serves plain data as Stripe does: the lists and objects that a tie-out reads, with Stripe's paging and errors. Written
 * from the public API reference; it shares no code with the program or its sandbox.
 */
export async function startStripeDouble(data: StripeData, manners: Manners = {}): Promise<StripeDouble> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => answer(double, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const double: StripeDouble = {
    url: `http://127.0.0.1:${port}`,
    data,
    manners,
    trouble: () => null,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return double;
}

function answer(double: StripeDouble, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://double');
  double.requests.push(`${request.method} ${url.pathname}${url.search}`);
  const trouble = double.trouble(url.pathname, url.searchParams, double.requests.length);
  if (trouble === 'reset') {
    request.socket.destroy();
  } else if (trouble === null || trouble === 'truncate') {
    serve(double, { request, url, response, isCut: trouble === 'truncate' });
  } else if ('delayMs' in trouble) {
    setTimeout(() => serve(double, { request, url, response, isCut: false }), trouble.delayMs);
  } else {
    const { status, body, headers = {}, afterMs = 0 } = trouble;
    setTimeout(() => send(response, { status, text: write(body), headers }), afterMs);
  }
}

type Call = {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly response: ServerResponse;
  readonly isCut: boolean;
};

function serve(double: StripeDouble, { request, url, response, isCut }: Call): void {
  const { manners } = double;
  const prefix = manners.prefix ?? '';
  const path = url.pathname.startsWith(`${prefix}/v1/`) ? url.pathname.slice(prefix.length) : '';
  const found = isAuthorized(request, manners.apiKey)
    ? route(double, path, url.searchParams)
    : failure(401, { type: 'invalid_request_error', message: 'Invalid API Key provided: rk_test_***' });
  const text = write(found.body);
  if (!isCut) {
    send(response, { status: found.status, text, headers: {} });
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.write(text.slice(0, Math.floor(text.length / 2)));
  setImmediate(() => response.destroy());
}

function isAuthorized(request: IncomingMessage, apiKey: string | undefined): boolean {
  if (apiKey === undefined) return true;
  const { authorization = '' } = request.headers;
  const basic = Buffer.from(`${apiKey}:`).toString('base64');
  return authorization === `Bearer ${apiKey}` || authorization === `Basic ${basic}`;
}

function send(
  response: ServerResponse,
  { status, text, headers }: { status: number; text: string; headers: Record<string, string> },
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_world', ...headers });
  response.end(text);
}

type Answer = { readonly status: number; readonly body: unknown };

const failure = (status: number, error: Record<string, unknown>): Answer => ({ status, body: { error } });

const unrecognized = (path: string): Answer =>
  failure(404, { type: 'invalid_request_error', message: `Unrecognized request URL (GET: ${path}).` });

const missing = (what: string, id: string): Answer =>
  failure(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param: 'id',
    message: `No such ${what}: '${id}'`,
  });

function route(double: StripeDouble, path: string, query: URLSearchParams): Answer {
  const { data, manners } = double;
  if (path === '' || manners.notServed?.some((start) => path.startsWith(start))) return unrecognized(path);
  const listed = lists(data)[path];
  if (listed !== undefined) {
    const rows = listed.filter((row) => isListed(path, row, query)).map((row) => shown(path, row, query, manners));
    return page(rows, path, query, manners);
  }
  const summaries = /^\/v1\/billing\/meters\/([^/]+)\/event_summaries$/.exec(path);
  if (summaries !== null) return eventSummaries(double, summaries[1] ?? '', query);
  const lines = /^\/v1\/invoices\/([^/]+)\/lines$/.exec(path);
  if (lines !== null) {
    const invoice = data.invoices?.find(({ id }) => id === lines[1]);
    if (invoice === undefined) return missing('invoice', lines[1] ?? '');
    return page(
      ((invoice.lines as { all?: RawObject[]; data: RawObject[] }).all ?? []) as RawObject[],
      path,
      query,
      manners,
    );
  }
  const one = /^\/v1\/(customers|prices|products|invoices|coupons|subscriptions)\/([^/]+)$/.exec(path);
  if (one !== null) {
    const object = lists(data)[`/v1/${one[1]}`]?.find(({ id }) => id === one[2]);
    return object === undefined ? missing((one[1] ?? '').slice(0, -1), one[2] ?? '') : { status: 200, body: object };
  }
  return unrecognized(path);
}

const lists = (data: StripeData): Record<string, readonly RawObject[]> => ({
  '/v1/billing/meters': data.meters ?? [],
  '/v1/customers': data.customers ?? [],
  '/v1/products': data.products ?? [],
  '/v1/prices': data.prices ?? [],
  '/v1/subscriptions': data.subscriptions ?? [],
  '/v1/invoices': data.invoices ?? [],
  '/v1/billing/credit_grants': data.creditGrants ?? [],
  '/v1/tax_rates': data.taxRates ?? [],
  '/v1/test_helpers/test_clocks': data.testClocks ?? [],
  '/v1/coupons': [],
});

/** Lists hide deleted customers, and what is on a test clock unless that clock is named. */
function isListed(path: string, row: RawObject, query: URLSearchParams): boolean {
  if (path === '/v1/customers' && row.deleted === true) return false;
  const clock = query.get('test_clock');
  const own = typeof row.test_clock === 'string' ? row.test_clock : null;
  if (['/v1/customers', '/v1/subscriptions'].includes(path) && own !== clock) return false;
  const customer = query.get('customer');
  if (customer !== null && row.customer !== customer) return false;
  if (path === '/v1/invoices' && own !== null && customer === null) return false;
  const active = query.get('active');
  if (path === '/v1/prices' && active !== null && String(row.active ?? true) !== active) return false;
  const created = typeof row.created === 'number' ? row.created : null;
  const [from, to] = [query.get('created[gte]'), query.get('created[lt]')];
  if (created !== null && from !== null && created < Number(from)) return false;
  return !(created !== null && to !== null && created >= Number(to));
}

function shown(path: string, row: RawObject, query: URLSearchParams, manners: Manners): RawObject {
  if (path === '/v1/prices' && manners.hidesTiers === true) {
    const expanded = [...query].some(([key, value]) => key.startsWith('expand') && value === 'data.tiers');
    if (!expanded) return { ...row, tiers: undefined };
  }
  if (path !== '/v1/invoices') return row;
  const lines = row.lines as { all?: unknown } & Record<string, unknown>;
  return { ...row, lines: { ...lines, all: undefined } };
}

function page(rows: readonly RawObject[], path: string, query: URLSearchParams, manners: Manners): Answer {
  const limit = Math.min(Number(query.get('limit') ?? 10), manners.maxPage ?? 100);
  const after = query.get('starting_after');
  const start = after === null ? 0 : rows.findIndex(({ id }) => id === after) + 1;
  if (after !== null && start === 0) return missing('object', after);
  const data = rows.slice(start, start + limit);
  return { status: 200, body: { object: 'list', url: path, has_more: start + limit < rows.length, data } };
}

const SCALE = 15;

/** Decimal text ⇄ an integer of 10⁻¹⁵. */
export function toUnits(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,15}))?$/.exec(text);
  if (match === null) throw new Error(`not a decimal of this test: ${text}`);
  const units = BigInt(`${match[2]}${(match[3] ?? '').padEnd(SCALE, '0')}`);
  return match[1] === '-' ? -units : units;
}

export function fromUnits(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(SCALE + 1, '0');
  const fraction = digits.slice(-SCALE).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -SCALE)}${fraction === '' ? '' : `.${fraction}`}`;
}

function eventSummaries(double: StripeDouble, meterId: string, query: URLSearchParams): Answer {
  const { data, manners } = double;
  const meter = data.meters?.find(({ id }) => id === meterId);
  if (meter === undefined) return missing('meter', meterId);
  const customer = query.get('customer') ?? '';
  if (!data.customers?.some(({ id }) => id === customer)) return missing('customer', customer);
  const [start, end] = [Number(query.get('start_time')), Number(query.get('end_time'))];
  const window = query.get('value_grouping_window');
  const unit = window === 'hour' ? 3600 : window === 'day' ? 86_400 : 60;
  if (!(start < end) || start % unit !== 0 || end % unit !== 0) {
    return failure(400, {
      type: 'invalid_request_error',
      message: 'start_time and end_time must be aligned',
      param: 'start_time',
    });
  }
  const taken = (data.events ?? [])
    .map((event) => ({ ...event, second: Math.floor(Date.parse(event.at) / 1000) }))
    .filter((event) => event.meter === meterId && event.customer === customer)
    .filter((event) => event.second >= start && event.second < end);
  const size = window === null ? end - start : unit;
  const starts = [...new Set(taken.map(({ second }) => start + Math.floor((second - start) / size) * size))].sort(
    (a, b) => b - a,
  );
  const { formula } = meter.default_aggregation as { formula: string };
  const rows = starts.map((from): RawObject => {
    const inside = taken.filter(({ second }) => second >= from && second < from + size);
    const full = {
      id: `mtrusg_${meterId}_${customer}_${from}`,
      object: 'billing.meter_event_summary',
      aggregated_value: rawNumber(
        (manners.spell ?? ((exact) => exact))(
          aggregate(inside, formula, manners.splitsTies === true && window === null),
        ),
      ),
      end_time: from + size,
      livemode: false,
      meter: meterId,
      start_time: from,
    };
    return (manners.summary === undefined ? full : manners.summary(full)) as RawObject;
  });
  return page(rows, `/v1/billing/meters/${meterId}/event_summaries`, query, manners);
}

function aggregate(
  events: readonly (MeterEvent & { readonly second: number })[],
  formula: string,
  firstOfTie: boolean,
): string {
  if (formula === 'count') return String(events.length);
  if (formula === 'last') {
    const isLater = (a: number, b: number): boolean => (firstOfTie ? a > b : a >= b);
    return events.reduce((last, event) => (isLater(event.second, last.second) ? event : last)).value;
  }
  return fromUnits(events.reduce((sum, event) => sum + toUnits(event.value), 0n));
}

/** A number that is written with these very digits. */
const rawNumber = (text: string): string => `\u0000${text}\u0000`;

const write = (body: unknown): string =>
  typeof body === 'string'
    ? body
    : JSON.stringify(body).replaceAll(/"\\u0000(.*?)\\u0000"/g, (_, text: string) => JSON.parse(`"${text}"`));
