import { Link, useCanGoBack, useNavigate, useRouter } from '@tanstack/react-router';
import { ClockFading, ShieldAlert, ShieldCheck, UnfoldVertical } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { InvoiceDetail, InvoiceKey, ProofFooter } from '../../../shared/contract/invoice-schemas.ts';
import { InvoiceStateLabel } from '../../components/billing-mark.tsx';
import { Button, Key } from '../../components/button.tsx';
import { Prose } from '../../components/prose.tsx';
import { Failure, Skeleton, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useInvoice } from '../../data/invoices.ts';
import { stripeStatusWord } from '../../format/billing-words.ts';
import { formatMoment, formatMonth, formatPeriod } from '../../format/time.ts';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { useTitle } from '../../frame/title.ts';
import { InvoiceLines } from './invoice-lines.tsx';
import { InvoiceSteps } from './invoice-steps.tsx';
import { invoiceSentence, proofSentence, unfoldedAtFirst } from './invoice-view.ts';

/** One invoice as the customer would receive it, beside Stripe's own. */
export function InvoiceScreen({ invoice }: { invoice: InvoiceKey }) {
  const navigate = useNavigate();
  const { history } = useRouter();
  const canGoBack = useCanGoBack();
  const query = useInvoice(invoice);
  const { month } = invoice;
  useShortcuts([
    {
      keys: 'Escape',
      label: 'Back to where you were',
      run: () => {
        if (canGoBack) history.back();
        else void navigate({ to: '/invoices/$month', params: { month }, search: {} });
      },
    },
  ]);
  const name = query.data?.customer.name ?? query.data?.customer.id ?? 'Invoice';
  useTitle(`${name}, ${formatMonth(month)}`, name);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
    <section aria-label="Invoice" tabIndex={0} className="h-full overflow-y-auto [scrollbar-gutter:stable]">
      <div className="mx-auto max-w-[1120px] px-6 pt-5 pb-12">
        {query.isError && (
          <>
            <h1 className="mb-4 text-title font-semibold">Invoice</h1>
            <Failure
              document={documentOf(query.error)}
              meaning="The other invoices of the month can still be shown."
              onRetry={() => void query.refetch()}
            />
          </>
        )}
        {query.isPending && <InvoiceSkeleton />}
        {query.data !== undefined && <Invoice detail={query.data} />}
      </div>
    </section>
  );
}

function Invoice({ detail }: { detail: InvoiceDetail }) {
  const [unfolded, setUnfolded] = useState(() => unfoldedAtFirst(detail));
  const keys = detail.groups.flatMap(({ items }) => items.map(({ key }) => key));
  const isAllUnfolded = keys.every((key) => unfolded.has(key));
  const toggleAll = (): void => setUnfolded(new Set(isAllUnfolded ? [] : keys));
  const toggle = (key: string): void =>
    setUnfolded((before) => new Set(before.has(key) ? [...before].filter((other) => other !== key) : [...before, key]));
  useShortcuts([{ keys: 'u', label: 'Unfold the tiers', run: toggleAll }]);
  return (
    <>
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <p className="flex items-center gap-2 text-table text-muted">
            <InvoiceStateLabel state={detail.state} />
            <span className="truncate">{formatPeriod(detail.period.from, detail.period.to)}</span>
          </p>
          <h1 className="mt-1 text-title leading-tight font-semibold tracking-[-0.01em]">
            <bdi className="wrap-anywhere">{detail.customer.name ?? detail.customer.id}</bdi>
          </h1>
          <p className="mt-1.5 text-lead">{invoiceSentence(detail)}</p>
        </div>
        <Link
          to="/simulate"
          search={{ customer: detail.customer.id, month: detail.key.month }}
          className="inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md px-2.5 font-medium whitespace-nowrap text-muted hover:bg-hover hover:text-ink"
        >
          <ClockFading size={13} aria-hidden="true" />
          Simulate from here
        </Link>
        <Button onClick={toggleAll} icon={<UnfoldVertical size={13} aria-hidden="true" />}>
          {isAllUnfolded ? 'Fold the lines' : 'Unfold the lines'}
          <Key>u</Key>
        </Button>
      </div>
      <Notes notes={detail.notes} />
      <article aria-label="The invoice" className="mt-5 overflow-hidden rounded-lg border border-line-strong bg-page">
        <Parties detail={detail} />
        <div className="overflow-x-auto">
          <InvoiceLines detail={detail} unfolded={unfolded} onToggle={toggle} />
        </div>
        <Proof proof={detail.proof} />
      </article>
      <InvoiceSteps detail={detail} />
    </>
  );
}

/** Who invoices whom for what time, as the head of the paper has it. */
function Parties({ detail }: { detail: InvoiceDetail }) {
  const { seller, customer, stripe, key, period } = detail;
  return (
    <header className="border-b border-line px-8 pt-7 pb-6">
      <div className="flex items-baseline justify-between gap-6">
        <p className="text-title font-semibold tracking-[-0.01em]">
          <bdi>{seller}</bdi>
        </p>
        <p className="text-lead text-muted">
          {stripe === null ? 'Invoice preview' : `Invoice ${stripe.number ?? ''}`.trim()}
        </p>
      </div>
      <dl className="mt-5 grid grid-cols-[1.4fr_1fr_1fr_1fr] gap-x-8 text-table">
        <Party word="Bill to">
          <bdi className="block font-medium wrap-anywhere text-ink">{customer.name ?? customer.id}</bdi>
          {customer.email !== null && <span className="block wrap-anywhere">{customer.email}</span>}
          <code className="block font-mono text-label text-faint wrap-anywhere">{customer.id}</code>
        </Party>
        <Party word="Period">
          <span className="block text-ink">{formatPeriod(period.from, period.to)}</span>
        </Party>
        <Party word="Subscription">
          <code className="font-mono text-label wrap-anywhere">{key.subscription}</code>
        </Party>
        <Party word="At Stripe">
          {stripe === null ? (
            'no invoice yet'
          ) : (
            <>
              <span className="block text-ink">{stripeStatusWord(stripe.status)}</span>
              {stripe.finalizedAt === null ? (
                <span className="block">not finalised</span>
              ) : (
                <span className="block">finalised {formatMoment(stripe.finalizedAt)}</span>
              )}
              <code className="block font-mono text-label text-faint wrap-anywhere">{stripe.id}</code>
            </>
          )}
        </Party>
      </dl>
    </header>
  );
}

function Party({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div>
      <dt className="mb-0.5 text-label text-faint">{word}</dt>
      <dd className="text-muted">{children}</dd>
    </div>
  );
}

/** What is missing from the invoice, or was decided for it. */
function Notes({ notes }: { notes: InvoiceDetail['notes'] }) {
  if (notes.length === 0) return null;
  return (
    <ul aria-label="Notes on the invoice" className="mt-4 space-y-1 border-l-2 border-line-strong pl-3 text-muted">
      {notes.map((note) => (
        <li key={`${note.code} ${note.path} ${note.message}`}>
          <span className="text-ink">
            <Prose text={note.message} />
          </span>{' '}
          {note.remedy !== undefined && <Prose text={note.remedy} />}
        </li>
      ))}
    </ul>
  );
}

/** What a preview is worth: the engine's record on history. */
function Proof({ proof }: { proof: ProofFooter | null }) {
  const isExact = proof !== null && proof.exact === proof.lines;
  const Icon = isExact ? ShieldCheck : ShieldAlert;
  return (
    <footer className="flex items-center gap-2 border-t border-line px-8 py-3 text-table text-muted">
      <Icon
        size={14}
        aria-hidden="true"
        className={isExact || proof === null ? 'shrink-0' : 'shrink-0 text-structural'}
      />
      <span className="tabular">{proofSentence(proof)}</span>
      <Link to="/proof" search={{}} className="text-accent hover:underline">
        See the proof
      </Link>
    </footer>
  );
}

function InvoiceSkeleton() {
  return (
    <div role="status" aria-label="Loading the invoice" className="space-y-3">
      <Skeleton width="30%" height={12} />
      <Skeleton width="45%" height={22} />
      <Skeleton width="60%" height={14} />
      <div className="rounded-lg border border-line-strong p-8">
        <Skeleton width="24%" height={20} />
        <div className="mt-8">
          <SkeletonRows rows={9} label="Loading the lines" />
        </div>
      </div>
    </div>
  );
}
