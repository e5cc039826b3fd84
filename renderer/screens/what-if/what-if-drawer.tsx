import { X } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { WhatIfRequest } from '../../../shared/contract/what-if-schemas.ts';
import { IconButton } from '../../components/button.tsx';
import { Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useOtherPrices, useWhatIf } from '../../data/what-if.ts';
import { useWorkspace } from '../../data/workspace.ts';
import { formatMonth } from '../../format/time.ts';
import { isUnitInLabel, meterLabel } from '../../format/words.ts';
import { type ChosenPrice, PriceChoice } from './price-choice.tsx';
import { WhatIfChange } from './what-if-result.tsx';

const PAGE = 100;
const MOST = 500;
const TYPING_PAUSE_MS = 400;

const SIDES = [
  { side: 'metered', word: 'As metered', tone: 'aria-pressed:text-metered' },
  { side: 'measured', word: 'As measured', tone: 'aria-pressed:text-measured' },
] as const;

/** A month of one meter under another price, beside the month. */
export function WhatIfDrawer({
  month,
  meter,
  onMeter,
  onClose,
}: {
  month: string;
  meter: string;
  onMeter: (meter: string) => void;
  onClose: () => void;
}) {
  const first = useRef<HTMLSelectElement>(null);
  useFocusWhileOpen(first);
  const meters = useWorkspace().data?.meters ?? [];
  return (
    <aside
      aria-label="What if"
      className="drawer-in flex w-[clamp(460px,37vw,720px)] shrink-0 flex-col border-l border-line bg-page"
    >
      <div className="absolute z-10 flex gap-0.5 self-end p-3">
        <IconButton label="Close (esc)" onClick={onClose} className="bg-page">
          <X size={15} aria-hidden="true" />
        </IconButton>
      </div>
      <section aria-label="Another price" className="@container min-h-0 flex-1 overflow-y-auto px-5 pt-4 pb-8">
        <h2 className="text-title font-semibold tracking-[-0.01em]">What if…</h2>
        <p className="mt-0.5 text-muted">
          Rates {formatMonth(month)} under another price. Nothing changes, here or at Stripe.
        </p>
        <label className="mt-4 block">
          <span className="mb-1 block text-table font-medium text-muted">Meter</span>
          <select
            ref={first}
            value={meter}
            onChange={(event) => onMeter(event.target.value)}
            className="h-7 w-full rounded-md border border-line-strong bg-page px-2 hover:bg-hover"
          >
            {meters.map(({ key, unit }) => (
              <option key={key} value={key}>
                {isUnitInLabel(key, unit) ? meterLabel(key) : `${meterLabel(key)}, ${unit}`}
              </option>
            ))}
          </select>
        </label>
        <Rating key={meter} month={month} meter={meter} unit={meters.find(({ key }) => key === meter)?.unit ?? ''} />
      </section>
    </aside>
  );
}

function Rating({ month, meter, unit }: { month: string; meter: string; unit: string }) {
  const editor = useRef<HTMLTextAreaElement>(null);
  const prices = useOtherPrices(meter);
  const [price, setPrice] = useState<ChosenPrice>(null);
  const [quantities, setQuantities] = useState<WhatIfRequest['quantities']>('metered');
  const [limit, setLimit] = useState(PAGE);
  const settled = useSettled(price);
  const answer = useWhatIf(settled === null ? null : { month, meter, price: settled, quantities, offset: 0, limit });
  const result = settled === null ? undefined : answer.data;
  const problems = result?.problems ?? [];
  return (
    <>
      <PriceChoice prices={prices} chosen={price} problems={problems} editor={editor} onChoose={setPrice} />
      <fieldset className="mt-4 flex items-center gap-3">
        <legend className="float-left mr-3 text-table font-medium text-muted">Quantities</legend>
        <span className="flex rounded-md bg-raised p-0.5">
          {SIDES.map(({ side, word, tone }) => (
            <button
              key={side}
              type="button"
              aria-pressed={quantities === side}
              onClick={() => setQuantities(side)}
              className={`h-6 rounded px-2 text-table text-muted hover:text-ink aria-pressed:bg-page aria-pressed:font-medium aria-pressed:shadow-[0_0_0_1px_var(--line-strong)] ${tone}`}
            >
              {word}
            </button>
          ))}
        </span>
      </fieldset>
      {settled !== null && answer.isError && (
        <div className="mt-6">
          <Failure document={documentOf(answer.error)} onRetry={() => void answer.refetch()} />
        </div>
      )}
      {settled !== null && result === undefined && !answer.isError && (
        <div className="mt-6">
          <SkeletonRows rows={8} label="Rating the month" />
        </div>
      )}
      {result !== undefined && problems.length === 0 && !answer.isError && (
        <WhatIfChange
          result={result}
          unit={unit}
          onMore={limit < MOST ? () => setLimit(Math.min(MOST, limit + PAGE * 2)) : null}
        />
      )}
    </>
  );
}

/** The price once nobody types any more. */
function useSettled(price: ChosenPrice): ChosenPrice {
  const [settled, setSettled] = useState(price);
  useEffect(() => {
    if (price === null || 'id' in price) {
      setSettled(price);
      return;
    }
    const timer = setTimeout(() => setSettled(price), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [price]);
  return settled;
}

/** The drawer takes the focus, and gives it back when it closes. */
function useFocusWhileOpen(first: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const before = document.activeElement;
    first.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [first]);
}
