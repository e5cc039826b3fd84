import { type Decimal, formatDecimal } from '../../values/decimal.ts';
import type { Net } from '../adjust/net.ts';
import { type RatedLine, type RatedQuantity, rate } from '../rate.ts';
import { type Adjustment, adjust, type Note } from './adjust.ts';
import { readDocument } from './read-document.ts';

/** Decimals as text; a bigint is an integer in minor units and is printed with all its digits (`printExactJson`). */
type ExactAmount = { readonly exact: string; readonly amount: bigint };

/** The answer to a rating document (interfaces.md section 3), keys in the published order. */
export type RatingAnswer = {
  readonly tieout: 1;
  readonly kind: 'rating';
  readonly currency: string;
  readonly lines: readonly {
    readonly type: 'usage' | 'flat';
    readonly tier: number;
    readonly quantity: string;
    readonly rawQuantity?: string;
    readonly unitAmount: string;
    readonly exact: string;
    readonly amount: bigint | null;
  }[];
  readonly adjustments: readonly (ExactAmount & {
    readonly type: Adjustment['type'];
    readonly id?: string;
    readonly percentage?: string;
    readonly inclusive?: boolean;
    readonly left?: bigint;
  })[];
  readonly subtotal: ExactAmount;
  readonly total: ExactAmount;
  /** Only where there is something to say. */
  readonly notes?: readonly Note[];
};

/**
 * Rates one document.
 * @param raw what `parseExactJson` gives: numbers with all their digits
 * @throws TieoutError with everything that is wrong with the document
 */
export function rateDocument(raw: unknown): RatingAnswer {
  const document = readDocument(raw);
  const rated = rate(document.price.ratable, document.quantity, document.options);
  const { adjustments, notes, total } = adjust(document, netsOf(rated));
  return {
    tieout: 1,
    kind: 'rating',
    currency: document.currency,
    lines: rated.lines.map(lineJson),
    adjustments: adjustments.map(adjustmentJson),
    subtotal: exactAmount(rated.exact, rated.amountMinor),
    total: exactAmount(total.exact, total.minor),
    ...(notes.length > 0 ? { notes } : {}),
  };
}

/** Where only the total is rounded, the steps after the price work on it alone. */
function netsOf({ lines, exact, amountMinor }: RatedQuantity): readonly Net[] {
  const nets = lines.flatMap((line) =>
    line.amountMinor === null ? [] : [{ exact: line.exact, minor: line.amountMinor }],
  );
  return nets.length === lines.length ? nets : [{ exact, minor: amountMinor }];
}

const lineJson = (line: RatedLine): RatingAnswer['lines'][number] => ({
  type: line.type,
  tier: line.tier,
  quantity: formatDecimal(line.quantity),
  ...(line.rawQuantity === undefined ? {} : { rawQuantity: formatDecimal(line.rawQuantity) }),
  unitAmount: formatDecimal(line.unitAmount),
  exact: formatDecimal(line.exact),
  amount: line.amountMinor,
});

const adjustmentJson = (step: Adjustment): RatingAnswer['adjustments'][number] => ({
  type: step.type,
  ...exactAmount(step.exact, step.minor),
  ...(step.id === null ? {} : { id: step.id }),
  ...(step.percentage === undefined ? {} : { percentage: formatDecimal(step.percentage) }),
  ...(step.isInclusive === undefined ? {} : { inclusive: step.isInclusive }),
  ...(step.leftMinor === undefined ? {} : { left: step.leftMinor }),
});

const exactAmount = (exact: Decimal, amount: bigint): ExactAmount => ({ exact: formatDecimal(exact), amount });
