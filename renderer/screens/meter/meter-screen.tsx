import { Link, useNavigate } from '@tanstack/react-router';
import { Settings2 } from 'lucide-react';
import { type ReactNode, useCallback, useRef, useState } from 'react';
import type { HealthRound, MeterPage } from '../../../shared/contract/meter-schemas.ts';
import { MonthMenu } from '../../components/month-menu.tsx';
import { Empty, Failure, Skeleton, SkeletonFigures, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useMeterHealth, useMeterPage } from '../../data/meters.ts';
import { formatLag, formulaWords, templateWord } from '../../format/meter-words.ts';
import { formatCount } from '../../format/number.ts';
import { meterLabel } from '../../format/words.ts';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { useTitle } from '../../frame/title.ts';
import { SearchBox } from '../../table/filter-parts.tsx';
import { CustomerDrawer } from './customer-drawer.tsx';
import { CustomersTable } from './customers-table.tsx';
import { EvidenceTable } from './evidence-table.tsx';
import { LazyHealthChart } from './lazy-charts.tsx';
import { type MeterSearch, withPart } from './meter-search.ts';
import { healthSentence, partsOf, roundLabel, shareText } from './meter-view.ts';
import { Prices } from './prices.tsx';
import { QualityTable } from './quality-table.tsx';
import { RoundsTable } from './rounds-table.tsx';

/** Rounds that are shown at once: ten days of hourly ones. */
const SHOWN_ROUNDS = 240;

/** One meter: how its pushes fare, what is left out of its numbers, and what it feeds. */
export function MeterScreen({ search }: { search: MeterSearch }) {
  const scroller = useRef<HTMLDivElement>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const { key } = search;
  const month = search.month ?? null;
  const page = useMeterPage(key);
  const health = useMeterHealth({ meter: key, month, limit: SHOWN_ROUNDS });
  const setSearch = useCallback(
    (next: MeterSearch, isReplacing = true) => void navigate({ to: '/meter', search: next, replace: isReplacing }),
    [navigate],
  );
  const close = useCallback(() => {
    setSearch(withPart(search, 'open', undefined));
    document.querySelector<HTMLElement>('[data-healths]')?.focus({ preventScroll: true });
  }, [search, setSearch]);
  useTitle(meterLabel(key));
  useShortcuts([
    { keys: '/', label: 'Search customers', run: () => searchBox.current?.focus() },
    {
      keys: 'Escape',
      label: 'Close or clear the search',
      run: () => (search.open === undefined ? setSearch(withPart(search, 'q', undefined)) : close()),
    },
  ]);
  const { data } = page;
  const rounds = health.data;
  const error = page.error ?? health.error;
  return (
    <div className="flex h-full min-w-0">
      <div ref={scroller} className="min-w-0 flex-1 overflow-y-auto overflow-x-hidden [scrollbar-gutter:stable]">
        <div className="@container px-6 pt-5">
          <div className="flex items-start gap-3">
            <div className="min-w-0 flex-1">
              <h1 className="truncate text-title font-semibold tracking-[-0.01em]" title={key}>
                {meterLabel(key)}
              </h1>
              {data === undefined || rounds === undefined ? (
                error === null && (
                  <span className="mt-0.5 flex h-[22px] items-center">
                    <Skeleton width={440} />
                  </span>
                )
              ) : (
                <p className="mt-0.5 text-lead">{healthSentence(rounds, data.stalenessSeconds)}</p>
              )}
            </div>
            <Link
              to="/settings/meter"
              search={{ key }}
              className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line-strong px-2.5 font-medium whitespace-nowrap hover:bg-hover"
            >
              <Settings2 size={13} aria-hidden="true" />
              Settings
            </Link>
            {data !== undefined && data.shadowMonths.length > 0 && (
              <MonthMenu
                label="Rounds of"
                month={month}
                months={data.shadowMonths}
                everything="Newest rounds"
                onChoose={(next) =>
                  setSearch(withPart(withPart(search, 'open', undefined), 'month', next ?? undefined))
                }
              />
            )}
          </div>
          {error !== null && (
            <div className="mt-4">
              <Failure
                document={documentOf(error)}
                meaning="Nothing can be said of the meter until this is mended; its figures in the months stand."
                onRetry={() => void Promise.all([page.refetch(), health.refetch()])}
              />
            </div>
          )}
          {error === null && (data === undefined || rounds === undefined) && (
            <div className="mt-5">
              <SkeletonFigures count={4} />
              <div className="mt-6">
                <SkeletonRows rows={8} label="Loading the meter" />
              </div>
            </div>
          )}
          {error === null && data !== undefined && rounds !== undefined && (
            <Overview page={data} rounds={rounds} isNarrow={search.open !== undefined} />
          )}
        </div>
        {error === null && data !== undefined && rounds !== undefined && rounds.length > 0 && (
          <div className="px-6 pt-6">
            <search className="@container sticky top-0 z-30 -mx-1 flex h-[44px] items-center gap-3 bg-page px-1">
              <h2 className="text-lead font-semibold">By customer</h2>
              <SearchBox
                inputRef={searchBox}
                value={search.q ?? ''}
                label="Search customers by name or id"
                placeholder="Customer or id"
                grid="[data-healths]"
                onChange={(q) => setSearch(withPart(search, 'q', q === '' ? undefined : q))}
              />
            </search>
            <CustomersTable search={search} limit={SHOWN_ROUNDS} scroller={scroller} onSearch={setSearch} />
          </div>
        )}
      </div>
      {search.open !== undefined && data !== undefined && (
        <CustomerDrawer
          request={{ meter: key, month, limit: SHOWN_ROUNDS, ...search.open }}
          stalenessSeconds={data.stalenessSeconds}
          unit={data.unit}
          onClose={close}
        />
      )}
    </div>
  );
}

function Overview({ page, rounds, isNarrow }: { page: MeterPage; rounds: readonly HealthRound[]; isNarrow: boolean }) {
  return (
    <>
      <p className="mt-1 truncate text-table text-muted">
        {templateWord(page.template)}, in {page.unit}
        {page.stripe === null ? '' : `; Stripe ${formulaWords(page.stripe.formula)}`}
        {page.stripe !== null && (
          <>
            {' as '}
            <code className="font-mono text-label">{page.stripe.eventName}</code>
          </>
        )}
      </p>
      {rounds.length === 0 ? <NoRounds /> : <Pushes rounds={rounds} stalenessSeconds={page.stalenessSeconds} />}
      <div className={`mt-8 grid gap-x-10 gap-y-8 ${isNarrow ? '' : '@min-[1180px]:grid-cols-2'}`}>
        <div className="min-w-0 space-y-8">
          <EvidenceTable page={page} />
          <QualityTable page={page} />
        </div>
        <Prices page={page} />
      </div>
    </>
  );
}

function NoRounds() {
  return (
    <div className="mt-5">
      <Empty title="The pushes of this meter have not been watched">
        <code className="font-mono text-table whitespace-nowrap">tieout shadow DIR</code> compares the month to date
        with what Stripe holds; with <code className="font-mono text-table whitespace-nowrap">--watch</code> it does so
        again and again. Each round is kept and shown here.
      </Empty>
    </div>
  );
}

/** Figures of the newest round, and all rounds as a chart. */
function Pushes({ rounds, stalenessSeconds }: { rounds: readonly HealthRound[]; stalenessSeconds: number }) {
  const [index, setIndex] = useState<number | null>(null);
  const newest = rounds.at(-1);
  if (newest === undefined) return null;
  const pointed = index === null ? undefined : rounds[index];
  const isSilent = (newest.newestAgeSeconds ?? 0) > stalenessSeconds;
  const isBehind = (newest.oldestBehindSeconds ?? 0) > stalenessSeconds;
  return (
    <>
      <dl className="mt-5 flex flex-wrap items-start gap-x-10 gap-y-3">
        <Figure
          word="Healthy"
          note={`${formatCount(newest.healthy)} of ${formatCount(newest.cells)} cells`}
          isOff={newest.healthy < newest.cells}
        >
          {shareText(newest.healthy, newest.cells)}
        </Figure>
        <Figure word="Newest push" note="age of the value sent last" isOff={isSilent}>
          {formatLag(newest.newestAgeSeconds)}
        </Figure>
        <Figure word="Furthest behind" note={`may be ${formatLag(stalenessSeconds)}`} isOff={isBehind}>
          {newest.oldestBehindSeconds === null ? 'nobody' : formatLag(newest.oldestBehindSeconds)}
        </Figure>
        <Figure word="Rounds" note={`since ${roundLabel(rounds[0] ?? newest)}`}>
          {formatCount(rounds.length)}
        </Figure>
      </dl>
      <section aria-label="Push health by round" className="mt-6">
        <h2 className="text-lead font-semibold">Push health</h2>
        <Legend round={pointed ?? newest} isPointed={pointed !== undefined} />
        <figure>
          <LazyHealthChart rounds={rounds} stalenessSeconds={stalenessSeconds} onIndex={setIndex} />
          <figcaption className="sr-only">
            Chart of the share of healthy cells and of the age of what Stripe holds, round by round. The same figures
            stand in the table of rounds.
          </figcaption>
        </figure>
        <RoundsTable rounds={rounds} />
      </section>
    </>
  );
}

function Legend({ round, isPointed }: { round: HealthRound; isPointed: boolean }) {
  const parts = partsOf(round);
  return (
    <div className="tabular flex h-7 items-center gap-4 overflow-hidden text-table whitespace-nowrap">
      <Swatch tone="bg-line-strong" word="Agree" text={formatCount(parts.agree)} />
      <Swatch tone="bg-stale" word="On the way" text={formatCount(parts.stale)} />
      <Swatch tone="bg-structural" word="Wrong" text={formatCount(parts.structural)} />
      {parts.incomplete > 0 && <Swatch tone="bg-faint" word="Cannot be said" text={formatCount(parts.incomplete)} />}
      <Swatch tone="bg-ink" word="Newest push" text={formatLag(round.newestAgeSeconds)} isLine />
      <Swatch tone="bg-structural" word="Furthest behind" text={formatLag(round.oldestBehindSeconds)} isLine />
      <span className="min-w-0 flex-1 truncate text-right text-faint">
        {isPointed ? roundLabel(round) : `newest round, ${roundLabel(round)}`}
      </span>
    </div>
  );
}

function Swatch({ tone, word, text, isLine = false }: { tone: string; word: string; text: string; isLine?: boolean }) {
  return (
    <span className="flex items-center gap-1.5">
      <span className={`${isLine ? 'h-[3px] w-3 rounded-full' : 'size-2 rounded-[2px]'} ${tone}`} />
      <span className="text-muted">{word}</span>
      <span className="font-medium">{text}</span>
    </span>
  );
}

function Figure({
  word,
  note,
  isOff = false,
  children,
}: {
  word: string;
  note: string;
  isOff?: boolean;
  children: ReactNode;
}) {
  return (
    <div>
      <dt className="text-table font-medium text-muted">{word}</dt>
      <dd>
        <span
          className={`tabular block text-figure font-semibold tracking-[-0.02em] ${isOff ? 'text-structural' : ''}`}
        >
          {children}
        </span>
        <span className="tabular block max-w-[200px] text-label text-faint">{note}</span>
      </dd>
    </div>
  );
}
