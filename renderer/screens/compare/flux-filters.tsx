import { SlidersHorizontal } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type FormEvent, type RefObject, useEffect, useState } from 'react';
import type { FluxSummaryView } from '../../../shared/contract/compare-schemas.ts';
import { Button } from '../../components/button.tsx';
import { PART_WORDS } from '../../format/flux-words.ts';
import { meterLabel } from '../../format/words.ts';
import { CHOSEN, Chip, Choice, ClearButton, Count, FIELD, SearchBox } from '../../table/filter-parts.tsx';
import { isAmount, toggled } from '../../table/filter-values.ts';
import { isFiltered, type MonthsSearch, percentOfShare, withoutFilters, withPart } from './compare-search.ts';
import { partsIn } from './compare-view.ts';

/** What narrows the rows, and from when on a change is material. It stays in view above the header while the rows scroll. */
export function FluxFilters({
  ref,
  summary,
  search,
  onSearch,
}: {
  ref: RefObject<HTMLInputElement | null>;
  summary: FluxSummaryView;
  search: MonthsSearch;
  onSearch: (search: MonthsSearch) => void;
}) {
  const { totals } = summary;
  const currencies = totals.map(({ currency }) => currency);
  const material = totals.reduce((count, total) => count + total.material, 0);
  const meters = metersOf(summary);
  return (
    <search className="@container sticky top-0 z-30 -mx-1 block h-[44px] bg-page">
      <div className="flex h-full items-center gap-1.5 overflow-x-auto px-1 [scrollbar-width:none]">
        <SearchBox
          inputRef={ref}
          value={search.q ?? ''}
          label="Search the rows by customer or id"
          placeholder="Customer or id"
          grid="[data-fluxs]"
          onChange={(q) => onSearch(withPart(search, 'q', q === '' ? undefined : q))}
        />
        <Chip
          isOn={search.material === true}
          onToggle={() => onSearch(withPart(search, 'material', search.material === true ? undefined : true))}
        >
          Material
          <Count>{material}</Count>
        </Chip>
        <Thresholds summary={summary} search={search} onSearch={onSearch} />
        <Choice
          word="Part"
          chosen={search.parts?.map((part) => PART_WORDS[part].short)}
          options={partsIn(totals).map((part) => ({
            key: part,
            label: PART_WORDS[part].short,
            isOn: search.parts?.includes(part) === true,
            toggle: () => onSearch(withPart(search, 'parts', toggled(search.parts, part))),
          }))}
        />
        {meters.length > 1 && (
          <Choice
            word="Meter"
            chosen={search.meters?.map(meterLabel)}
            options={meters.map(({ meter, rows }) => ({
              key: meter,
              label: meterLabel(meter),
              count: rows,
              isOn: search.meters?.includes(meter) === true,
              toggle: () => onSearch(withPart(search, 'meters', toggled(search.meters, meter))),
            }))}
          />
        )}
        {currencies.length > 1 &&
          currencies.map((currency) => (
            <Chip
              key={currency}
              isOn={search.currency === currency}
              onToggle={() =>
                onSearch(withPart(search, 'currency', search.currency === currency ? undefined : currency))
              }
            >
              {currency.toUpperCase()}
            </Chip>
          ))}
        {isFiltered(search) && <ClearButton onClear={() => onSearch(withoutFilters(search))} />}
      </div>
    </search>
  );
}

function metersOf({ totals }: FluxSummaryView): readonly { readonly meter: string; readonly rows: number }[] {
  const counts = new Map<string, number>();
  for (const { meters } of totals) {
    for (const { meter, rows } of meters) counts.set(meter, (counts.get(meter) ?? 0) + rows);
  }
  return [...counts].map(([meter, rows]) => ({ meter, rows }));
}

/** The amount and the share that a change must reach. */
function Thresholds({
  summary,
  search,
  onSearch,
}: {
  summary: FluxSummaryView;
  search: MonthsSearch;
  onSearch: (search: MonthsSearch) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const { minAmount, minRelative } = summary.materiality;
  const isOwn = search.least !== undefined || search.share !== undefined;
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger
        title="From when on a change is material"
        className={`${FIELD} tabular flex items-center gap-1.5 px-2 whitespace-nowrap ${isOwn ? CHOSEN : 'text-muted'}`}
      >
        <SlidersHorizontal size={13} aria-hidden="true" className="shrink-0" />
        {minAmount} and {percentOfShare(minRelative)} %
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          aria-label="From when on a change is material"
          className="float-in z-40 w-[320px] rounded-lg bg-float p-4 shadow-float"
        >
          <ThresholdForm
            key={String(isOpen)}
            amount={minAmount}
            share={percentOfShare(minRelative)}
            defaults={summary.defaults}
            onChoose={(chosen) => {
              const { least: _least, share: _share, ...rest } = search;
              onSearch({ ...rest, ...(chosen ?? {}) });
              setOpen(false);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** Per cent that the slider reaches; more can be written. */
const MOST_PERCENT = 50;

function ThresholdForm({
  amount,
  share,
  defaults,
  onChoose,
}: {
  amount: string;
  share: string;
  defaults: FluxSummaryView['defaults'];
  onChoose: (chosen: { least: string; share: string } | null) => void;
}) {
  const [least, setLeast] = useState(amount);
  const [percent, setPercent] = useState(share);
  useEffect(() => setLeast(amount), [amount]);
  useEffect(() => setPercent(share), [share]);
  const isFine = isAmount(least) && isAmount(percent);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isFine) onChoose({ least, share: percent });
  };
  const field = 'tabular h-7 w-24 rounded-md border border-line-strong bg-page px-2 text-right';
  return (
    <form onSubmit={submit}>
      <p className="text-muted">A change is material when it reaches both.</p>
      <label className="mt-3 flex items-center justify-between gap-3">
        Amount
        <input
          value={least}
          inputMode="decimal"
          aria-invalid={!isAmount(least)}
          onChange={(event) => setLeast(event.target.value.replace(',', '.').trim())}
          className={field}
        />
      </label>
      <label className="mt-2 flex items-center justify-between gap-3">
        <span>
          Share of the first month
          <span className="block text-label text-faint">per cent</span>
        </span>
        <input
          value={percent}
          inputMode="decimal"
          aria-invalid={!isAmount(percent)}
          onChange={(event) => setPercent(event.target.value.replace(',', '.').trim())}
          className={field}
        />
      </label>
      <input
        type="range"
        min={0}
        max={MOST_PERCENT}
        step={1}
        value={isAmount(percent) ? Math.min(MOST_PERCENT, Number(percent)) : 0}
        aria-label="Share of the first month, per cent"
        onChange={(event) => setPercent(event.target.value)}
        className="mt-2 w-full accent-(--accent-fill)"
      />
      <span className="mt-3 flex items-center justify-between gap-2">
        <Button kind="quiet" onClick={() => onChoose(null)}>
          {defaults.minAmount} and {percentOfShare(defaults.minRelative)} %, as in tieout.yaml
        </Button>
        <Button kind="primary" type="submit" disabled={!isFine}>
          Apply
        </Button>
      </span>
    </form>
  );
}
