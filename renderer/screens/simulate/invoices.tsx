import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import type { SimulatedInvoiceRow, SimulationState } from '../../../shared/contract/simulate-schemas.ts';
import { Failure, Skeleton } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useSimulatedInvoice } from '../../data/simulate.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount } from '../../format/number.ts';
import { formatHour, formatPeriod } from '../../format/time.ts';
import { InvoiceLines } from '../invoice/invoice-lines.tsx';
import { InvoiceSteps } from '../invoice/invoice-steps.tsx';
import { INVOICE_STATUS_WORDS, REASON_WORDS } from './simulate-words.ts';

/** Invoices as they form: the newest first, unfolded like paper. */
export function Invoices({ state, digest }: { state: SimulationState; digest: string }) {
  const { invoices, invoiceCount } = state;
  // Undefined: nobody has chosen, so the newest is shown; null: all are folded.
  const [chosen, setChosen] = useState<string | null | undefined>(undefined);
  const wanted = chosen === undefined ? invoices[0]?.id : invoices.find(({ id }) => id === chosen)?.id;
  return (
    <section aria-label="Invoices" className="px-5 pt-5">
      <h2 className="mb-1 flex items-baseline gap-3 font-semibold">
        Invoices
        {invoiceCount > invoices.length && (
          <span className="text-table font-normal text-faint">
            the newest {formatCount(invoices.length)} of {formatCount(invoiceCount)}
          </span>
        )}
      </h2>
      {invoices.length === 0 ? (
        <p className="rounded-md border border-dashed border-line-strong px-4 py-3 text-table text-muted">
          None yet. The first one is drafted when a usage period ends.
        </p>
      ) : (
        <ul className="rounded-md border border-line">
          {invoices.map((invoice, place) => (
            <li key={invoice.id} className={place === 0 ? '' : 'border-t border-line'}>
              <Head
                invoice={invoice}
                isOpen={invoice.id === wanted}
                onToggle={() => setChosen(invoice.id === wanted ? null : invoice.id)}
              />
              {invoice.id === wanted && <Paper digest={digest} at={state.at} id={invoice.id} />}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const STATUS_TONES: Readonly<Record<SimulatedInvoiceRow['status'], string>> = {
  draft: 'border-dashed border-line-strong text-muted',
  open: 'border-billed text-billed',
  paid: 'border-billed text-billed',
  uncollectible: 'border-structural text-structural',
  void: 'border-line-strong text-faint',
};

function Head({ invoice, isOpen, onToggle }: { invoice: SimulatedInvoiceRow; isOpen: boolean; onToggle: () => void }) {
  const { customer, period, reason, status, total, amountDue, currency, finalizes } = invoice;
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      onClick={onToggle}
      className="flex min-h-9 w-full items-center gap-3 px-3 py-1.5 text-left hover:bg-hover"
    >
      <ChevronRight size={14} aria-hidden="true" className={`shrink-0 text-muted ${isOpen ? 'rotate-90' : ''}`} />
      <span className={`shrink-0 rounded border px-1.5 text-label font-medium ${STATUS_TONES[status]}`}>
        {INVOICE_STATUS_WORDS[status]}
      </span>
      <span className="min-w-0 flex-1">
        <span className="flex min-w-0 items-baseline gap-2">
          <span className="shrink-0 font-medium">{formatPeriod(period.from, period.to)}</span>
          <bdi className="truncate text-muted">{customer.name ?? customer.id}</bdi>
        </span>
        <span className="block truncate text-label text-faint">
          {REASON_WORDS[reason]},{' '}
          {status === 'draft' ? `final ${formatHour(finalizes)} UTC` : `finalised ${formatHour(finalizes)} UTC`}
        </span>
      </span>
      <span className="shrink-0 text-right">
        <span className="tabular block font-semibold">{formatMoney(total, currency)}</span>
        {amountDue !== total && (
          <span className="tabular block text-label text-muted">{formatMoney(amountDue, currency)} due</span>
        )}
      </span>
    </button>
  );
}

function Paper({ digest, at, id }: { digest: string; at: string; id: string }) {
  const query = useSimulatedInvoice({ digest, at, invoice: id });
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  if (query.isError && query.data === undefined) {
    return (
      <div className="border-t border-line p-3">
        <Failure document={documentOf(query.error)} meaning="The other invoices stand." />
      </div>
    );
  }
  if (query.data === undefined) {
    return (
      <div role="status" aria-label="Loading the invoice" className="space-y-2 border-t border-line px-8 py-5">
        <Skeleton width="40%" />
        <Skeleton width="70%" />
      </div>
    );
  }
  const { detail } = query.data;
  const toggle = (key: string): void =>
    setUnfolded((before) => new Set(before.has(key) ? [...before].filter((other) => other !== key) : [...before, key]));
  return (
    <div className="border-t border-line bg-raised px-3 pb-4">
      <div className="mt-3 overflow-x-auto rounded-md border border-line bg-page">
        {detail.groups.length === 0 ? (
          <p className="px-8 py-4 text-muted">No lines: there is nothing to bill.</p>
        ) : (
          <InvoiceLines detail={detail} unfolded={unfolded} onToggle={toggle} />
        )}
      </div>
      {detail.notes.length > 0 && (
        <ul aria-label="Notes on the invoice" className="mt-3 space-y-1 border-l-2 border-line-strong pl-3 text-table">
          {detail.notes.map((note) => (
            <li key={`${note.code} ${note.path} ${note.message}`}>
              {note.message} <span className="text-muted">{note.remedy}</span>
            </li>
          ))}
        </ul>
      )}
      <details className="group mt-3">
        <summary className="fold -ml-1 cursor-default text-table text-muted hover:text-ink">
          How this total came about
        </summary>
        <div className="-mt-6 [&_h2]:sr-only">
          <InvoiceSteps detail={detail} />
        </div>
      </details>
    </div>
  );
}
