/**
 * Every code that Tieout can fail with: `room.name`, and in rating documents words with hyphens. The list is closed and
 * stable: scripts match on it.
 * Adding one is a change to a public format (docs/interfaces: errors).
 */
export const ERROR_CODES = [
  // values
  'decimal.malformed',
  'decimal.out_of_range',
  'fraction.malformed',
  'instant.malformed',
  'duration.malformed',
  'period.malformed',
  'period.in_future',
  'money.currency_mismatch',
  'money.unknown_currency',
  // configuration and workspace
  'config.not_found',
  'config.unreadable',
  'config.syntax',
  'config.unknown_key',
  'config.missing_key',
  'config.invalid_value',
  'config.duplicate',
  'config.env_not_set',
  'config.secret_in_file',
  'config.exists',
  'config.customers_file',
  'config.changed',
  'config.not_editable',
  'workspace.not_found',
  'workspace.not_writable',
  'workspace.busy',
  'workspace.disk_full',
  // cache
  'cache.newer_version',
  'cache.older_version',
  'cache.corrupt',
  'cache.migration_failed',
  'cache.failed',
  // ClickHouse
  'clickhouse.unreachable',
  'clickhouse.unauthorized',
  'clickhouse.query_failed',
  'clickhouse.not_permitted',
  'clickhouse.readonly',
  'clickhouse.may_write',
  'clickhouse.broken_off',
  'clickhouse.timeout',
  'clickhouse.bad_answer',
  'clickhouse.bad_identifier',
  'clickhouse.embedded_unavailable',
  'clickhouse.embedded_failed',
  // Stripe
  'stripe.unreachable',
  'stripe.unauthorized',
  'stripe.not_permitted',
  'stripe.rate_limited',
  'stripe.failed',
  'stripe.broken_off',
  'stripe.timeout',
  'stripe.bad_answer',
  'stripe.not_found',
  'stripe.not_served',
  'stripe.page_limit_reached',
  'stripe.full_secret_key',
  'stripe.not_test_mode',
  'stripe.meter_not_found',
  'stripe.meter_ambiguous',
  'stripe.meter_inactive',
  'stripe.meter_unconfigured',
  // a scenario on a test clock
  'stripe.clock_failed',
  'stripe.clock_slow',
  'stripe.not_expressible',
  'stripe.run_differs',
  'stripe.record_malformed',
  // mapping
  'mapping.no_match',
  'mapping.ambiguous',
  // pull, reconcile, jobs
  'pull.cancelled',
  'pull.nothing_selected',
  'pull.incomplete',
  'pull.slice_invalid',
  'pull.slice_widened',
  'pull.slice_without_base',
  'pull.rows_expired',
  'reconcile.nothing_pulled',
  'job.not_found',
  'job.failed',
  // rating
  'price.unsupported',
  'quantity.too_many_digits',
  // rating documents and what they are made of (interfaces.md section 3)
  'document-malformed',
  'document-too-large',
  'mode-unknown',
  'unknown-key',
  'value-malformed',
  'number-malformed',
  'number-not-whole',
  'instant-malformed',
  'currency-missing',
  'currency-malformed',
  'currency-mismatch',
  'price-missing',
  'price-contradictory',
  'product-deleted',
  'billing-scheme-unknown',
  'unit-amount-missing',
  'tiers-missing',
  'tiers-with-unit-amount',
  'tier-mode-invalid',
  'tier-open-end-missing',
  'tier-bound-missing',
  'tier-bound-negative',
  'tier-bound-repeated',
  'tier-price-missing',
  'transform-quantity-with-tiers',
  'transform-round-invalid',
  'quantity-missing',
  'quantity-contradictory',
  'quantity-malformed',
  'quantity-not-finite',
  'quantity-out-of-range',
  'quantity-negative',
  'coupon-unknown',
  'coupon-amount-missing',
  'coupon-contradictory',
  'amount-off-negative',
  'percentage-missing',
  'percentage-out-of-range',
  'minimum-negative',
  'maximum-negative',
  'minimum-above-maximum',
  'credit-amount-missing',
  'credit-amount-negative',
  'rounding-invalid',
  'round-at-invalid',
  // late usage (rating-late-usage.md section 6)
  'charge-period-empty',
  'current-period-outside-charge',
  'current-period-reversed',
  'current-period-empty',
  'prior-period-outside-charge',
  'prior-period-reversed',
  'prior-period-empty',
  'prior-period-overlaps-current',
  'prior-periods-overlap',
  'prior-period-after-current',
  'booked-line-outside-periods',
  'line-id-missing',
  'duplicate-line-key',
  'unit-amount-negative',
  'component-missing',
  'key-missing',
  'corrects-run-missing',
  'category-invalid',
  'payment-term-invalid',
  'line-period-reversed',
  'credit-not-positive',
  'totals-contradictory',
  'usage-discount-negative',
  'amount-negative',
  'multiplier-negative',
  'package-size-not-positive',
  'conversion-operation-invalid',
  'conversion-rounding-invalid',
  'conversion-precision-invalid',
  'conversion-factor-not-positive',
  'unit-conversion-disabled',
  'unit-conversion-unsupported-price',
  'volume-split',
  'quantity-range-invalid',
  'credits-not-consumed',
  // invoices and what-if
  'invoice.incomplete',
  'invoice.usage_so_far',
  'invoice.not_found',
  'invoice.customer_not_found',
  'invoice.draft',
  'invoice.void',
  'invoice.several',
  'invoice.credits_unknown',
  'invoice.usage_unknown',
  'invoice.usage_negative',
  'invoice.subscription_inactive',
  'invoice.usage_dropped',
  'invoice.collection_paused',
  'invoice.proration_unknown',
  'price.not_in_catalog',
  'price.product_deleted',
  'discount.coupon_unknown',
  'discount.percent_out_of_range',
  'discount.currency_mismatch',
  'discount.applies_to_nothing',
  'discount.partly_used',
  'credit.currency_mismatch',
  'credit.partly_used',
  'tax.automatic',
  'tax.rate_unknown',
  'tax.customer_exempt',
  'price.not_found',
  // late usage of a workspace
  'late.not_recorded',
  'late.not_found',
  'late.changed',
  'late.final',
  'late.author_missing',
  'late.note_missing',
  // why a month does not tie out
  'explain.not_found',
  // closing a month
  'close.gate_blocks',
  'close.not_signed',
  'close.already_signed',
  'close.preparer_first',
  'close.same_person',
  'close.changed',
  'close.locked',
  'close.not_locked',
  'close.name_missing',
  'close.reason_missing',
  'close.note_missing',
  'close.nothing_to_explain',
  'close.not_found',
  'close.changed_since_lock',
  'verify.not_found',
  // pipelines beside the one that bills
  'parity.not_found',
  'parity.incomplete',
  'cutover.not_configured',
  'cutover.not_pulled',
  'parity.hours_invalid',
  // simulation scenarios (interfaces.md section 4); Stripe objects in them have the codes of rating documents
  'scenario.unknown_key',
  'scenario.missing',
  'scenario.value_malformed',
  'scenario.contradictory',
  'scenario.duplicate_id',
  'scenario.clock_backwards',
  'scenario.before_start',
  'scenario.grace_period',
  'scenario.no_items',
  'scenario.two_currencies',
  'scenario.price_not_recurring',
  'scenario.unknown_action',
  'scenario.unknown_meter',
  'scenario.unknown_price',
  'scenario.unknown_coupon',
  'scenario.unknown_tax_rate',
  'scenario.unknown_customer',
  'scenario.unknown_subscription',
  'scenario.unknown_item',
  'scenario.unknown_credit_grant',
  'scenario.unknown_event',
  'scenario.not_found',
  'scenario.changed',
  'scenario.name_malformed',
  'scenario.text_gone',
  // a simulation, where an action comes at the wrong time
  'simulation.not_running',
  'simulation.grant_over',
  'simulation.coupon_not_applied',
  'simulation.invoice_not_open',
  // sandbox and demo
  'sandbox.failed',
  'demo.mismatch',
  'demo.folder_not_empty',
  // command line, hosts, desktop
  'cli.usage',
  'host.forbidden',
  'host.bad_request',
  'host.not_found',
  'host.port_in_use',
  'renderer.not_built',
  'desktop.unavailable',
  'desktop.keychain_unavailable',
  'node.too_old',
  'export.failed',
  'export.cancelled',
  'fixture.failed',
  'fixture.unnoticed',
  'input.malformed',
  'input.unreadable',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** One of several things that are wrong at once. `path` names the place: `tieout.yaml:14:7 meters[0].usage.scale`. */
export type Problem = {
  readonly code: ErrorCode;
  readonly path: string | null;
  readonly message: string;
  readonly remedy?: string;
  /** A warning does not stand in the way; absent means error. */
  readonly severity?: 'error' | 'warning';
};

/** The public shape of an error (interfaces.md, Errors). */
export type ErrorDocument = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly path: string | null;
  readonly remedy: string | null;
  readonly problems?: readonly Problem[];
};

/**
 * The world failing, in words that a person can act on: what happened, to which object, what to do.
 * Messages never hold secrets or customer payloads; the technical cause is kept in `cause`.
 */
export class TieoutError extends Error {
  readonly code: ErrorCode;
  readonly path: string | null;
  readonly remedy: string | null;
  readonly problems: readonly Problem[];

  constructor(
    code: ErrorCode,
    details: {
      readonly message: string;
      readonly path?: string | null;
      readonly remedy?: string | null;
      readonly problems?: readonly Problem[];
      readonly cause?: unknown;
    },
  ) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'TieoutError';
    this.code = code;
    this.path = details.path ?? null;
    this.remedy = details.remedy ?? null;
    this.problems = details.problems ?? [];
  }
}

export const isTieoutError = (error: unknown): error is TieoutError => error instanceof TieoutError;

/** @returns the public document of an error; what is not a TieoutError becomes `fallback`. */
export function errorDocument(error: unknown, fallback: ErrorCode = 'job.failed'): ErrorDocument {
  if (isTieoutError(error)) {
    return {
      code: error.code,
      message: error.message,
      path: error.path,
      remedy: error.remedy,
      ...(error.problems.length > 0 ? { problems: error.problems } : {}),
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: fallback, message, path: null, remedy: null };
}

/** Our own broken assumption: stops the run, because no close may proceed on a doubtful number. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Broken assumption: ${message}`);
}
