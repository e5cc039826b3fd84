import { Link, Navigate, useNavigate } from '@tanstack/react-router';
import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { useCallback, useRef, useState } from 'react';
import type { InvoiceFile, InvoiceRow } from '../../../shared/contract/invoice-schemas.ts';
import { MonthMenu } from '../../components/month-menu.tsx';
import { Empty, Failure, Skeleton, SkeletonFigures, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useExportInvoices, useInvoicesOverview } from '../../data/invoices.ts';
import { useMonthsMatrix } from '../../data/months.ts';
import { useProof } from '../../data/proof.ts';
import { useWorkspace } from '../../data/workspace.ts';
import { formatCount } from '../../format/number.ts';
import { formatMonth } from '../../format/time.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { useTitle } from '../../frame/title.ts';
import { ExportMenu } from './export-menu.tsx';
import { InvoicesFigures } from './invoices-figures.tsx';
import { InvoicesFilters } from './invoices-filters.tsx';
import { filterOf, type InvoicesSearch, isFiltered, withoutFilters } from './invoices-search.ts';
import { InvoicesTable } from './invoices-table.tsx';
import { inOrder, invoicesSentence } from './invoices-view.ts';

/** The invoices of the newest month that holds anything. */
export function NewestInvoices() {
  const matrix = useMonthsMatrix();
  const current = useWorkspace().data?.currentMonth;
  if (matrix.isPending) return <div role="status" aria-label="Looking for the newest month" />;
  const newest = matrix.data?.months.filter(({ state }) => state !== 'empty').at(-1)?.month ?? current;
  return newest === undefined ? null : <Navigate to="/invoices/$month" params={{ month: newest }} replace />;
}

/** Every invoice of a month as we rate it, beside Stripe's. */
export function InvoicesScreen({ month, search }: { month: string; search: InvoicesSearch }) {
  const scroller = useRef<HTMLDivElement>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const overview = useInvoicesOverview(month);
  const months = useWorkspace().data?.months ?? [];
  const announce = useAnnounce();
  const exporting = useExportInvoices();
  const [isExportOpen, setExportOpen] = useState(false);
  const setSearch = useCallback(
    (next: InvoicesSearch) => void navigate({ to: '/invoices/$month', params: { month }, search: next, replace: true }),
    [navigate, month],
  );
  const open = ({ customer, subscription, period }: InvoiceRow): void =>
    void navigate({
      to: '/invoices/$month/invoice',
      params: { month },
      search: { customer, subscription, from: period.from, to: period.to },
    });
  const startExport = (what: InvoiceFile, scope: 'filtered' | 'everything'): void =>
    exporting.mutate(
      { month, what, filter: scope === 'filtered' ? filterOf(search) : {} },
      { onError: (error) => announce(documentOf(error).message, 'bad') },
    );
  const { data } = overview;
  const hasInvoices = data !== undefined && data.all > 0;
  useShortcuts([
    { keys: '/', label: 'Search the table', run: () => searchBox.current?.focus() },
    {
      keys: 'e',
      label: 'Export',
      run: () => {
        // The menu hangs on its button, which may have scrolled away.
        scroller.current?.scrollTo({ top: 0 });
        setExportOpen(hasInvoices);
      },
    },
    { keys: 'Escape', label: 'Clear the filters', run: () => setSearch(withoutFilters(search)) },
  ]);
  useTitle(`Invoices, ${formatMonth(month)}`);
  return (
    <div ref={scroller} className="h-full overflow-y-auto overflow-x-hidden [scrollbar-gutter:stable]">
      <div className="px-6 pt-5">
        <div className="flex items-start gap-4">
          <div className="min-w-0 flex-1">
            <h1 className="text-title font-semibold tracking-[-0.01em]">Invoices</h1>
            {data === undefined
              ? !overview.isError && (
                  <span className="mt-0.5 flex h-[22px] items-center">
                    <Skeleton width={380} />
                  </span>
                )
              : (hasInvoices || data.asOf.stripe !== null) && (
                  <p className="mt-0.5 text-lead">{invoicesSentence(data)}</p>
                )}
          </div>
          <ProofLink isEnabled={hasInvoices} />
          {hasInvoices && (
            <ExportMenu
              isOpen={isExportOpen}
              isPending={exporting.isPending}
              isFiltered={isFiltered(search)}
              onOpenChange={setExportOpen}
              onExport={startExport}
            />
          )}
          <MonthMenu
            label="Month"
            month={month}
            months={[...months].reverse()}
            onChoose={(next) => {
              if (next !== null) void navigate({ to: '/invoices/$month', params: { month: next }, search: {} });
            }}
          />
        </div>
        {overview.isError && (
          <div className="mt-4">
            <Failure
              document={documentOf(overview.error)}
              meaning="No invoice of this month can be shown until this is mended."
              onRetry={() => void overview.refetch()}
            />
          </div>
        )}
        {overview.isPending && <InvoicesSkeleton />}
        {data !== undefined && !hasInvoices && <NothingToInvoice month={month} isPulled={data.asOf.stripe !== null} />}
        {hasInvoices && <InvoicesFigures totals={inOrder(data.totals, data.currencies)} />}
      </div>
      {hasInvoices && (
        <div className="px-6 pt-4">
          <InvoicesFilters ref={searchBox} overview={data} search={search} onSearch={setSearch} />
          <InvoicesTable
            month={month}
            search={search}
            currencies={data.currencies}
            scroller={scroller}
            onSearch={setSearch}
            onOpen={open}
          />
        </div>
      )}
    </div>
  );
}

/** What the previews are worth, beside them; it is asked for last, because it may take a while. */
function ProofLink({ isEnabled }: { isEnabled: boolean }) {
  const proof = useProof(null, isEnabled).data;
  const isOff = proof !== undefined && proof.exact !== proof.lines;
  const Icon = isOff ? ShieldAlert : ShieldCheck;
  return (
    <Link
      to="/proof"
      search={{}}
      title="How many lines of finalised invoices the engine re-rates exactly"
      className="inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md px-2.5 whitespace-nowrap text-muted hover:bg-hover hover:text-ink"
    >
      <Icon size={14} aria-hidden="true" className={isOff ? 'text-structural' : ''} />
      <span className="font-medium">Engine proof</span>
      {proof !== undefined && proof.lines > 0 && (
        <span className="tabular text-table">
          {formatCount(proof.exact)} of {formatCount(proof.lines)} lines exact
        </span>
      )}
    </Link>
  );
}

function InvoicesSkeleton() {
  return (
    <>
      <div className="mt-5 mb-4">
        <SkeletonFigures count={3} />
      </div>
      <span className="mt-[60px] block" />
      <SkeletonRows rows={12} label="Loading the invoices" />
    </>
  );
}

function NothingToInvoice({ month, isPulled }: { month: string; isPulled: boolean }) {
  return (
    <div className="mt-6">
      <Empty
        title={
          isPulled
            ? `No subscription is invoiced in ${formatMonth(month)}`
            : `${formatMonth(month)} has not been pulled`
        }
        action={
          <Link
            to="/months/$month"
            params={{ month }}
            search={{}}
            className="inline-flex h-7 items-center rounded-md border border-line-strong px-2.5 font-medium hover:bg-hover"
          >
            Go to {formatMonth(month)}
          </Link>
        }
      >
        Once the month is pulled, every invoice that it will bring stands here, line by line, beside the one that Stripe
        made.
      </Empty>
    </div>
  );
}
