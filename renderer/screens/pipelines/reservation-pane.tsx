import { type FormEvent, useId, useState } from 'react';
import type { PipelineEntry, ReservationAnswer } from '../../../shared/contract/pipelines-schemas.ts';
import { tryParseDecimal } from '../../../shared/values/decimal.ts';
import { Button } from '../../components/button.tsx';
import { Amount, Quantity } from '../../components/figure.tsx';
import { Empty, SkeletonRows } from '../../components/states.tsx';
import { useParityCustomers, useReservation } from '../../data/pipelines.ts';
import { currencySign, mostMinorDigits } from '../../format/money.ts';
import { formatCount, formatQuantity, widestFraction } from '../../format/number.ts';
import { formatPeriod } from '../../format/time.ts';
import { plural } from '../../format/words.ts';
import { isAmount } from '../../table/filter-values.ts';
import { cutoverExample, PaneFailure } from './pane-failure.tsx';
import { type PipelinesSearch, type Reserve, withPart } from './pipelines-search.ts';
import { Problems } from './problems.tsx';
import { MOST_SIZES, reservationRequest, reservationSentence, sizesOf } from './reservation-view.ts';

/** What a customer's machines would cost under several sizes of a reservation. */
export function ReservationPane({
  entry,
  meter,
  search,
  onSearch,
}: {
  entry: PipelineEntry;
  meter: string;
  search: PipelinesSearch;
  onSearch: (search: PipelinesSearch, isReplacing?: boolean) => void;
}) {
  const { reserve } = search;
  const request = reservationRequest(entry.pipeline, reserve);
  const answer = useReservation(request);
  return (
    <>
      <p className="mt-5 max-w-[76ch] text-muted">
        A reservation is charged in full, used or not; what runs beyond it is charged as it runs, cut wherever a machine
        starts or ends. Nothing is carried over, nothing averaged.
      </p>
      <ReserveForm
        key={JSON.stringify(reserve ?? null)}
        pipeline={entry.pipeline}
        meter={meter}
        reserve={reserve}
        onAsk={(next) => onSearch(withPart({ ...search, view: 'reservation' }, 'reserve', next), false)}
      />
      {request === null && (
        <div className="mt-6">
          <Empty title="Which customer, and which sizes?">
            Each size is rated over the machines that ran: the whole commitment, what goes beyond it, and disk above
            what every machine has for free. With prices, the cheapest size is told.
          </Empty>
        </div>
      )}
      {request !== null && answer.isError && (
        <PaneFailure
          error={answer.error}
          title="Runs of machines are not described"
          meaning="Nothing is rated; what is billed stands."
          example={cutoverExample(entry.pipeline)}
          onRetry={() => void answer.refetch()}
        />
      )}
      {request !== null && answer.isPending && (
        <div className="mt-6">
          <SkeletonRows rows={8} label="Rating the sizes" />
        </div>
      )}
      {request !== null && answer.data !== undefined && !answer.isError && (
        <Answer answer={answer.data} currency={request.prices?.currency} />
      )}
    </>
  );
}

const BOX =
  'tabular h-7 w-full rounded-md border border-line-strong bg-page px-2 hover:bg-hover aria-invalid:border-structural';

type Draft = Readonly<
  Record<'customer' | 'from' | 'to' | 'step' | 'currency' | 'reserved' | 'overage' | 'disk', string>
>;

const draftOf = (reserve: Reserve | undefined): Draft => ({
  customer: reserve?.customer ?? '',
  from: reserve?.from ?? '0',
  to: reserve?.to ?? '32',
  step: reserve?.step ?? '4',
  currency: reserve?.currency ?? 'usd',
  reserved: reserve?.reserved ?? '',
  overage: reserve?.overage ?? '',
  disk: reserve?.disk ?? '',
});

const PRICES = [
  { key: 'reserved', word: 'Reserved' },
  { key: 'overage', word: 'Overage' },
  { key: 'disk', word: 'Disk' },
] as const;
const SIZES = [
  { key: 'from', word: 'From, GB' },
  { key: 'to', word: 'To, GB' },
  { key: 'step', word: 'Step, GB' },
] as const;

function ReserveForm({
  pipeline,
  meter,
  reserve,
  onAsk,
}: {
  pipeline: string;
  meter: string;
  reserve: Reserve | undefined;
  onAsk: (reserve: Reserve) => void;
}) {
  const id = useId();
  const [draft, setDraft] = useState(draftOf(reserve));
  const set = (key: keyof Draft, value: string): void => setDraft({ ...draft, [key]: value.trim() });
  const known = useSuggestions(pipeline, meter, draft.customer);
  const areSizes = sizesOf(draft) !== null;
  const isPriced = PRICES.some(({ key }) => draft[key] !== '');
  const isPriceWrong = (key: (typeof PRICES)[number]['key']): boolean => isPriced && !isAmount(draft[key]);
  const isCurrencyWrong = isPriced && !/^[a-z]{3}$/i.test(draft.currency);
  const canAsk = draft.customer !== '' && areSizes && !isCurrencyWrong && !PRICES.some(({ key }) => isPriceWrong(key));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!canAsk) return;
    const { customer, from, to, step, currency, reserved, overage, disk } = draft;
    onAsk({
      customer,
      from,
      to,
      step,
      ...(isPriced ? { currency: currency.toLowerCase(), reserved, overage, disk } : {}),
    });
  };
  return (
    <form onSubmit={submit} aria-label="Reservation" className="mt-4 max-w-[900px]">
      <div className="flex flex-wrap items-end gap-2">
        <label className="block w-[230px]">
          <span className="mb-1 block text-table font-medium text-muted">Customer, by usage id</span>
          <input
            value={draft.customer}
            list={`${id}known`}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => set('customer', event.target.value)}
            className={BOX}
          />
          <datalist id={`${id}known`}>
            {known.map(({ customer, name }) => (
              <option key={customer} value={customer}>
                {name ?? customer}
              </option>
            ))}
          </datalist>
        </label>
        {SIZES.map(({ key, word }) => (
          <label key={key} className="block w-[84px]">
            <span className="mb-1 block text-table font-medium text-muted">{word}</span>
            <input
              value={draft[key]}
              inputMode="decimal"
              aria-invalid={!areSizes}
              onChange={(event) => set(key, event.target.value)}
              className={`${BOX} text-right`}
            />
          </label>
        ))}
      </div>
      <fieldset className="mt-3">
        <legend className="sr-only">Prices per GB-second</legend>
        <div className="flex flex-wrap items-end gap-2">
          <label className="block w-[84px]">
            <span className="mb-1 block text-table font-medium text-muted">Currency</span>
            <input
              value={draft.currency}
              maxLength={3}
              aria-invalid={isCurrencyWrong}
              onChange={(event) => set('currency', event.target.value)}
              className={`${BOX} uppercase`}
            />
          </label>
          {PRICES.map(({ key, word }) => (
            <label key={key} className="block w-[168px]">
              <span className="mb-1 block text-table font-medium text-muted">{word}, per GB-second</span>
              <input
                value={draft[key]}
                inputMode="decimal"
                placeholder="no price"
                aria-invalid={isPriceWrong(key)}
                onChange={(event) => set(key, event.target.value.replace(',', '.'))}
                className={`${BOX} text-right placeholder:text-faint`}
              />
            </label>
          ))}
          <Button type="submit" kind="primary" disabled={!canAsk}>
            Rate the sizes
          </Button>
        </div>
      </fieldset>
      <p className="mt-1.5 text-label text-faint" role="status">
        {areSizes
          ? isPriced && !canAsk && draft.customer !== ''
            ? 'With one price, all three are needed; 0 is a price.'
            : ''
          : `The sizes go up from the first to the last, at most ${MOST_SIZES} of them.`}
      </p>
    </form>
  );
}

const SHOWN = { first: 0, last: 1 };

function useSuggestions(pipeline: string, meter: string, text: string) {
  const found = useParityCustomers(
    {
      pipeline,
      meter,
      sort: { by: 'customer', direction: 'ascending' },
      ...(text === '' ? {} : { search: text }),
    },
    SHOWN,
  );
  return (found.head?.rows ?? []).slice(0, 20);
}

const HEAD = 'h-8 border-b border-line-strong px-2 text-right font-medium whitespace-nowrap';
const CELL = 'h-(--row) border-b border-line px-2 text-right';
const ROW_HEAD = 'h-(--row) border-b border-line pr-2 text-left';

function Answer({ answer, currency }: { answer: ReservationAnswer; currency: string | undefined }) {
  const { name, customer, period, intervals, peakGb, averageGb, problems } = answer;
  return (
    <section aria-label="Sizes" className="mt-6 pb-12">
      <h2 className="text-lead font-semibold">
        <bdi>{name ?? customer}</bdi>
      </h2>
      <p className="mt-0.5 text-lead" role="status">
        {reservationSentence(answer, currency)}
      </p>
      <p className="mt-0.5 text-muted">
        {formatPeriod(period.from, period.to)}: {formatCount(intervals)}{' '}
        {plural(intervals, 'run of a machine', 'runs of machines')}, at most {formatQuantity(peakGb)} GB at once,{' '}
        {formatQuantity(averageGb, { maximumPlaces: 2 })} GB on average.
      </p>
      <Problems problems={problems} />
      {intervals > 0 && (
        <>
          {currency !== undefined && <Bars answer={answer} currency={currency} />}
          <Options answer={answer} currency={currency} />
        </>
      )}
    </section>
  );
}

const PARTS = [
  { key: 'reserved', word: 'Reserved', tone: 'bg-accent-fill' },
  { key: 'overage', word: 'Overage', tone: 'bg-faint' },
  { key: 'disk', word: 'Disk', tone: 'bg-line-strong' },
] as const;

/** A label beside that of the cheapest size would run into it, where not every size has one. */
const isBeside = (options: ReservationAnswer['options'], index: number, cheapest: string | null): boolean =>
  options.length > 16 && [index - 1, index + 1].some((place) => options[place]?.reservedGb === cheapest);

/** What each size comes to, as stacked bars; the same figures stand in the table. */
function Bars({ answer: { options, cheapest }, currency }: { answer: ReservationAnswer; currency: string }) {
  const totals = options.map(({ money }) => Number(money?.total ?? 0));
  const most = Math.max(...totals, Number.MIN_VALUE);
  return (
    <figure className="mt-5 max-w-[900px]">
      <div className="flex h-6 items-center gap-4 text-table text-muted">
        {PARTS.map(({ key, word, tone }) => (
          <span key={key} className="flex items-center gap-1.5">
            <span className={`size-2 rounded-[2px] ${tone}`} />
            {word}
          </span>
        ))}
        <span className="ml-auto text-faint">{currencySign(currency)} in all, by size in GB</span>
      </div>
      <div className="mt-1 flex h-[132px] items-end gap-[3px] border-b border-line-strong" aria-hidden="true">
        {options.map(({ reservedGb, money }) => (
          <span
            key={reservedGb}
            title={`${reservedGb} GB: ${money?.total ?? ''}`}
            className={`flex min-w-0 flex-1 flex-col-reverse ${reservedGb === cheapest ? '' : 'opacity-60'}`}
          >
            {PARTS.map(({ key, tone }) => (
              <span key={key} className={tone} style={{ height: `${(Number(money?.[key] ?? 0) / most) * 124}px` }} />
            ))}
          </span>
        ))}
      </div>
      <div className="tabular flex gap-[3px] text-label text-faint" aria-hidden="true">
        {options.map(({ reservedGb }, index) => (
          <span
            key={reservedGb}
            className={`min-w-0 flex-1 text-center ${reservedGb === cheapest ? 'font-semibold text-ink' : ''}`}
          >
            {reservedGb === cheapest ||
            (index % Math.ceil(options.length / 16) === 0 && !isBeside(options, index, cheapest))
              ? formatQuantity(reservedGb)
              : ''}
          </span>
        ))}
      </div>
      <figcaption className="sr-only">
        Chart of what each size comes to. The same figures stand in the table.
      </figcaption>
    </figure>
  );
}

function Options({
  answer: { options, cheapest },
  currency,
}: {
  answer: ReservationAnswer;
  currency: string | undefined;
}) {
  const places = (pick: (option: ReservationAnswer['options'][number]) => string): number =>
    widestFraction(options.map(pick), 3);
  const isPriced = currency !== undefined;
  const moneyPlaces = (key: 'reserved' | 'overage' | 'disk' | 'total'): number =>
    Math.max(
      mostMinorDigits([currency ?? 'usd']),
      widestFraction(
        options.map(({ money }) => money?.[key]),
        9,
      ),
    );
  return (
    <table className="tabular mt-6 text-table">
      <caption className="sr-only">
        Each size with what it charges, in GB-seconds{isPriced ? ' and in money' : ''}
      </caption>
      <thead className="text-muted">
        <tr>
          <th scope="col" className={`${HEAD} pl-0 text-left`}>
            Reserved, GB
          </th>
          <th scope="col" className={HEAD}>
            Charged, GB-s
          </th>
          <th scope="col" className={HEAD}>
            Used of it
          </th>
          <th scope="col" className={HEAD}>
            Overage
          </th>
          <th scope="col" className={HEAD}>
            Disk
          </th>
          {isPriced && (
            <>
              <th scope="col" className={`${HEAD} pl-8`}>
                Reserved {currencySign(currency)}
              </th>
              <th scope="col" className={HEAD}>
                Overage {currencySign(currency)}
              </th>
              <th scope="col" className={HEAD}>
                Disk {currencySign(currency)}
              </th>
              <th scope="col" className={HEAD}>
                In all {currencySign(currency)}
              </th>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {options.map(({ reservedGb, reserved, used, overage, overageByTier, disk, money }) => {
          const isBest = reservedGb === cheapest;
          const tiers = overageByTier.map(({ memoryMb, quantity }) => `${memoryMb} MB: ${quantity}`).join('\n');
          const isNone = tryParseDecimal(reservedGb)?.coefficient === 0n;
          return (
            <tr key={reservedGb} className={isBest ? 'bg-selected' : 'hover:bg-hover'}>
              <th scope="row" className={`${ROW_HEAD} ${isBest ? 'font-semibold' : 'font-medium'}`}>
                {isNone ? 'none' : formatQuantity(reservedGb)}
                {isBest && ' '}
                {isBest && <span className="ml-2 text-label font-normal text-muted">cheapest</span>}
              </th>
              <td className={CELL}>
                <Quantity text={reserved} places={places((option) => option.reserved)} />
              </td>
              <td className={CELL}>
                <Quantity text={used} places={places((option) => option.used)} className="text-muted" />
              </td>
              <td className={CELL} title={tiers === '' ? undefined : tiers}>
                <Quantity text={overage} places={places((option) => option.overage)} />
              </td>
              <td className={CELL}>
                <Quantity text={disk} places={places((option) => option.disk)} />
              </td>
              {isPriced && (
                <>
                  <td className={`${CELL} pl-8`}>
                    <Amount text={money?.reserved ?? null} currency={currency} places={moneyPlaces('reserved')} />
                  </td>
                  <td className={CELL}>
                    <Amount text={money?.overage ?? null} currency={currency} places={moneyPlaces('overage')} />
                  </td>
                  <td className={CELL}>
                    <Amount text={money?.disk ?? null} currency={currency} places={moneyPlaces('disk')} />
                  </td>
                  <td className={`${CELL} font-medium`}>
                    <Amount text={money?.total ?? null} currency={currency} places={moneyPlaces('total')} />
                  </td>
                </>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
