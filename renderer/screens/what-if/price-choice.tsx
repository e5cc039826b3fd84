import type { ReactNode, RefObject } from 'react';
import type { WhatIfPrice, WhatIfResult } from '../../../shared/contract/what-if-schemas.ts';
import { Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import type { useOtherPrices } from '../../data/what-if.ts';
import { priceName, priceSummary, priceUse } from './what-if-view.ts';

/** A price of the catalog, or one in the words of Stripe; null while none is chosen. */
export type ChosenPrice = { readonly id: string } | { readonly json: string } | null;

/** The prices of the catalog on the meter, and a place for one of one's own. */
export function PriceChoice({
  prices,
  chosen,
  problems,
  editor,
  onChoose,
}: {
  prices: ReturnType<typeof useOtherPrices>;
  chosen: ChosenPrice;
  problems: WhatIfResult['problems'];
  editor: RefObject<HTMLTextAreaElement | null>;
  onChoose: (price: ChosenPrice) => void;
}) {
  if (prices.isError) {
    return (
      <div className="mt-5">
        <Failure
          document={documentOf(prices.error)}
          meaning="No price can be chosen until this is mended."
          onRetry={() => void prices.refetch()}
        />
      </div>
    );
  }
  if (prices.data === undefined) return <SkeletonRows rows={3} label="Loading the prices" />;
  const isOwn = chosen !== null && 'json' in chosen;
  const template =
    prices.data[0]?.json ?? '{\n  "currency": "usd",\n  "billing_scheme": "per_unit",\n  "unit_amount_decimal": "1"\n}';
  return (
    <fieldset className="mt-5">
      <legend className="mb-1 text-table font-medium text-muted">Price</legend>
      <div className="divide-y divide-line rounded-md border border-line-strong">
        {prices.data.map((price) => (
          <Option
            key={price.id}
            isChosen={chosen !== null && 'id' in chosen && chosen.id === price.id}
            onChoose={() => onChoose({ id: price.id })}
          >
            <PriceLine price={price} />
          </Option>
        ))}
        <Option
          isChosen={isOwn}
          onChoose={() => {
            onChoose({ json: template });
            requestAnimationFrame(() => editor.current?.focus());
          }}
        >
          A price of your own
          <span className="text-muted"> as the JSON of a Stripe price</span>
        </Option>
      </div>
      {isOwn && (
        <JsonField json={chosen.json} problems={problems} editor={editor} onChange={(json) => onChoose({ json })} />
      )}
    </fieldset>
  );
}

function Option({ isChosen, onChoose, children }: { isChosen: boolean; onChoose: () => void; children: ReactNode }) {
  return (
    <label className="flex items-start gap-2 px-3 py-1.5 hover:bg-hover has-checked:bg-selected has-focus-visible:outline-2 has-focus-visible:-outline-offset-1 has-focus-visible:outline-(--focus)">
      <input
        type="radio"
        name="price"
        checked={isChosen}
        onChange={onChoose}
        className="mt-[3px] accent-(--accent-fill) focus-visible:outline-none"
      />
      <span className="min-w-0 flex-1">{children}</span>
    </label>
  );
}

function PriceLine({ price }: { price: WhatIfPrice }) {
  return (
    <span className="flex items-baseline gap-2">
      <bdi className="truncate font-medium" title={price.id}>
        {priceName(price)}
      </bdi>
      <span className="min-w-0 flex-1 truncate text-muted">{priceSummary(price)}</span>
      <span className="shrink-0 text-label text-faint">{priceUse(price)}</span>
    </span>
  );
}

/** Where a price is pasted; what is wrong with it stands beneath, at its place. */
function JsonField({
  json,
  problems,
  editor,
  onChange,
}: {
  json: string;
  problems: WhatIfResult['problems'];
  editor: RefObject<HTMLTextAreaElement | null>;
  onChange: (json: string) => void;
}) {
  const isWrong = problems.length > 0;
  return (
    <div className="mt-2">
      <textarea
        ref={editor}
        value={json}
        rows={12}
        spellCheck={false}
        aria-label="Price as JSON"
        aria-invalid={isWrong}
        aria-describedby={isWrong ? 'price-problems' : undefined}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
        className={`w-full resize-y rounded-md border bg-raised p-3 font-mono text-[11.5px] leading-[1.55] ${isWrong ? 'border-structural' : 'border-line-strong'}`}
      />
      {isWrong && (
        <div id="price-problems" role="alert" className="mt-1 space-y-0.5 text-table text-structural">
          {problems.map(({ code, path, message }) => (
            <p key={`${code} ${path}`}>
              {path !== null && <code className="mr-1.5 font-mono text-label">{path}</code>}
              {message}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}
