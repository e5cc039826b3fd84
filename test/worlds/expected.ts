import type { Document, Json } from './world.ts';

const VERDICTS = [
  'agree',
  'agree_zero',
  'stale',
  'stale_overdue',
  'under_reported',
  'over_reported',
  'missing_stripe',
  'missing_usage',
  'no_meter',
  'unmapped',
  'invalid',
  'incomplete',
];

/** A row as the documents ask for it; what is not given is what a plain row of the meter `calls` has. */
export type ExpectedRow = {
  readonly customer?: string | null;
  readonly usageIds?: readonly string[];
  readonly name?: string | null;
  readonly meter?: string;
  readonly unit?: string;
  readonly measured: string | null;
  readonly metered: string | null;
  readonly billed?: string | null;
  /** absolute, relative */
  readonly drift: readonly [string, string] | null;
  readonly verdict: string;
  readonly structural: boolean;
  readonly cause: string | null;
  /** verdict, line */
  readonly billing?: readonly [string, string | null] | null;
  /** currency, measured, metered, billed, difference; `basis` after them */
  readonly money?: readonly (string | null)[] | null;
};

export function expectedRow(row: ExpectedRow): Json {
  const usageIds = row.usageIds ?? [];
  const { money = null, billing = null } = row;
  return {
    customer: row.customer ?? null,
    usageId: usageIds[0] ?? null,
    usageIds: [...usageIds],
    name: row.name ?? null,
    meter: row.meter ?? 'calls',
    unit: row.unit ?? 'calls',
    measured: row.measured,
    metered: row.metered,
    billed: row.billed ?? null,
    drift: row.drift === null ? null : { absolute: row.drift[0], relative: row.drift[1] },
    verdict: row.verdict,
    structural: row.structural,
    cause: row.cause,
    billing: billing === null ? null : { verdict: billing[0], line: billing[1] },
    money:
      money === null
        ? null
        : {
            currency: money[0] ?? null,
            measured: money[1] ?? null,
            metered: money[2] ?? null,
            billed: money[3] ?? null,
            difference: money[4] ?? null,
            ...(money[5] === undefined ? {} : { basis: money[5] }),
          },
  };
}

export type ExpectedDocument = {
  readonly month: string;
  readonly period: readonly [string, string];
  readonly asOf: readonly [string | null, string | null];
  readonly rows: readonly ExpectedRow[];
  readonly money?: readonly (readonly (string | null)[])[];
  readonly skippedIdle?: number;
  readonly unconfiguredMeters?: readonly (readonly [string, string])[];
  readonly exit: number;
};

/** The whole document; counts are taken from the expected rows. */
export function expectedDocument(given: ExpectedDocument): Json {
  const count = (verdict: string): number => given.rows.filter((row) => row.verdict === verdict).length;
  return {
    tieout: 1,
    kind: 'reconciliation',
    workspace: 'World',
    month: given.month,
    period: { from: given.period[0], to: given.period[1] },
    asOf: { clickhouse: given.asOf[0], stripe: given.asOf[1] },
    totals: {
      cells: given.rows.length,
      byVerdict: Object.fromEntries(VERDICTS.map((verdict) => [verdict, count(verdict)])),
      structural: given.rows.filter((row) => row.structural).length,
      skippedIdle: given.skippedIdle ?? 0,
      unconfiguredMeters: (given.unconfiguredMeters ?? []).map(([eventName, metered]) => ({ eventName, metered })),
      money: (given.money ?? []).map(([currency, measured, metered, billed, difference]) => ({
        currency: currency ?? null,
        measured: measured ?? null,
        metered: metered ?? null,
        billed: billed ?? null,
        difference: difference ?? null,
      })),
    },
    incidents: [],
    rows: given.rows.map(expectedRow),
    exit: given.exit,
  };
}

/**
 * The document as far as it is the contract of a tie-out: a cause is its code, its evidence is for people; what the data is
 * like has tests of its own.
 */
export function contractOf({ quality: _, ...document }: Document): Json {
  const rows = (document.rows ?? []) as Document[];
  return {
    ...document,
    incidents: [],
    rows: rows.map(({ incident: _incident, ...row }) => ({
      ...row,
      cause: row.cause === null ? null : ((row.cause as Document).code ?? null),
    })),
  };
}

/** Rows as `[customer, usage id, meter, measured, metered, verdict]`, for tests that are about nothing else. */
export const cellsOf = (document: Document): Json[] =>
  ((document.rows ?? []) as Document[]).map((row) => [
    row.customer ?? null,
    row.usageId ?? null,
    row.meter ?? null,
    row.measured ?? null,
    row.metered ?? null,
    row.verdict ?? null,
  ]);

/** Money of the rows as `[customer, measured, metered, billed, difference]` with the currency in front. */
export const moneyOf = (document: Document): Json[] =>
  ((document.rows ?? []) as Document[]).map((row) => {
    const money = row.money as Document | null;
    if (money === null) return [row.customer ?? null, null];
    return [
      row.customer ?? null,
      money.currency ?? null,
      money.measured ?? null,
      money.metered ?? null,
      money.billed ?? null,
      money.difference ?? null,
      ...(money.basis === undefined ? [] : [money.basis]),
    ];
  });
