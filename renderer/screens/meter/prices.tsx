import { Link } from '@tanstack/react-router';
import type { MeterPage } from '../../../shared/contract/meter-schemas.ts';
import type { WhatIfPrice } from '../../../shared/contract/what-if-schemas.ts';
import { Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useOtherPrices } from '../../data/what-if.ts';
import { formatCount } from '../../format/number.ts';
import { plural } from '../../format/words.ts';

/** The prices of the catalog that charge what the meter holds. */
export function Prices({ page }: { page: MeterPage }) {
  return (
    <section aria-labelledby="prices" className="min-w-0">
      <h2 id="prices" className="text-lead font-semibold">
        Prices that it feeds
      </h2>
      {page.stripe === null ? (
        <p className="text-muted">Stripe had no such meter when it was last pulled, so no price charges it.</p>
      ) : (
        <PricesOf meter={page.meter} newest={page.evidence[0]?.month ?? null} />
      )}
    </section>
  );
}

function PricesOf({ meter, newest }: { meter: string; newest: string | null }) {
  const prices = useOtherPrices(meter);
  if (prices.isError) {
    return <Failure document={documentOf(prices.error)} onRetry={() => void prices.refetch()} />;
  }
  if (prices.data === undefined) return <SkeletonRows rows={3} label="Loading the prices" />;
  if (prices.data.length === 0) return <p className="text-muted">No price of the catalog charges this meter.</p>;
  return (
    <>
      <p className="text-muted">{sentence(prices.data)}</p>
      <ul className="mt-1 border-t border-line-strong">
        {prices.data.map((price) => (
          <li key={price.id} className="flex min-h-(--row) items-center gap-3 border-b border-line px-1.5 text-table">
            <span className="min-w-0 flex-1 truncate" title={price.id}>
              <span className="font-medium">{price.nickname ?? price.product ?? price.id}</span>
              <span className="pl-2 text-muted">{price.summary}</span>
            </span>
            {!price.isActive && <span className="text-label text-faint">archived</span>}
            <span className="tabular text-label whitespace-nowrap text-muted">
              {formatCount(price.items)} {plural(price.items, 'item')}
            </span>
          </li>
        ))}
      </ul>
      {newest !== null && (
        <Link
          to="/months/$month"
          params={{ month: newest }}
          search={{ whatIf: meter }}
          className="mt-2 inline-block text-accent hover:underline"
        >
          What if it had another price
        </Link>
      )}
    </>
  );
}

const sentence = (prices: readonly WhatIfPrice[]): string => {
  const items = prices.reduce((sum, price) => sum + price.items, 0);
  return `${prices.length} ${plural(prices.length, 'price')}, with ${formatCount(items)} ${plural(items, 'subscription item')}.`;
};
