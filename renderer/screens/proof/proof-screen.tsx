import { Link, useNavigate } from '@tanstack/react-router';
import { Check, Copy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { ProofSummary } from '../../../shared/contract/proof-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Amount } from '../../components/figure.tsx';
import { MonthMenu } from '../../components/month-menu.tsx';
import { Empty, Failure, Skeleton, SkeletonFigures, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useProof } from '../../data/proof.ts';
import { useWorkspace } from '../../data/workspace.ts';
import { mostMinorDigits } from '../../format/money.ts';
import { formatCount, signOfText } from '../../format/number.ts';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { useTitle } from '../../frame/title.ts';
import { DifferingLines, UnratableLines } from './proof-lines.tsx';
import { asMeasuredWords, bareOption, causeNote, proofHeadline, settingText } from './proof-view.ts';

/** What a preview is worth: the engine held against every finalised invoice of the cache. */
export function ProofScreen({ month }: { month: string | null }) {
  const navigate = useNavigate();
  const proof = useProof(month);
  const months = useWorkspace().data?.months ?? [];
  useTitle('Engine proof');
  useShortcuts([{ keys: 'Escape', label: 'Back to the invoices', run: () => void navigate({ to: '/invoices' }) }]);
  const { data } = proof;
  const isEmpty = data !== undefined && data.lines === 0 && data.licensed.lines === 0;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
    <section aria-label="Engine proof" tabIndex={0} className="h-full overflow-y-auto [scrollbar-gutter:stable]">
      <div className="px-6 pt-5 pb-12">
        <div className="flex items-start gap-4">
          <div className="min-w-0 flex-1">
            <h1 className="text-title font-semibold tracking-[-0.01em]">Engine proof</h1>
            {data === undefined ? (
              !proof.isError && (
                <span className="mt-0.5 flex h-[22px] items-center">
                  <Skeleton width={440} />
                </span>
              )
            ) : (
              <p className="mt-0.5 text-lead">{proofHeadline(data)}</p>
            )}
          </div>
          <MonthMenu
            label="Service periods"
            month={month}
            months={[...months].reverse()}
            everything="All history"
            onChoose={(next) =>
              void navigate({ to: '/proof', search: next === null ? {} : { month: next }, replace: true })
            }
          />
        </div>
        {proof.isError && (
          <div className="mt-4">
            <Failure
              document={documentOf(proof.error)}
              meaning="What the engine is worth cannot be said until this is mended."
              onRetry={() => void proof.refetch()}
            />
          </div>
        )}
        {proof.isPending && (
          <div className="mt-5">
            <SkeletonFigures count={5} />
            <span className="mt-8 mb-2 flex h-[22px] items-center">
              <Skeleton width={180} />
            </span>
            <SkeletonRows rows={10} label="Rating history again" />
          </div>
        )}
        {isEmpty && <NothingToProve />}
        {data !== undefined && !isEmpty && <Proof proof={data} />}
      </div>
    </section>
  );
}

function NothingToProve() {
  return (
    <div className="mt-6">
      <Empty
        title="No finalised invoice has been pulled"
        action={
          <Link
            to="/activity"
            className="inline-flex h-7 items-center rounded-md border border-line-strong px-2.5 font-medium hover:bg-hover"
          >
            Choose what to pull
          </Link>
        }
      >
        Every line of an open, paid or uncollectible invoice is rated again here and compared with what Stripe billed.
        Pull a month that has been invoiced.
      </Empty>
    </div>
  );
}

function Proof({ proof }: { proof: ProofSummary }) {
  return (
    <>
      <dl className="mt-5 flex flex-wrap items-start gap-x-10 gap-y-3">
        <Figure word="Metered lines exact" note={`of ${formatCount(proof.lines)}`}>
          {formatCount(proof.exact)}
        </Figure>
        <Figure word="Licensed lines exact" note={`of ${formatCount(proof.licensed.lines)}`}>
          {formatCount(proof.licensed.exact)}
        </Figure>
        {proof.adjustments.steps > 0 && (
          <Figure word="Discounts, credits, taxes" note={`of ${formatCount(proof.adjustments.steps)} exact`}>
            {formatCount(proof.adjustments.exact)}
          </Figure>
        )}
        <Figure word="Invoices" note="open, paid or uncollectible">
          {formatCount(proof.invoices)}
        </Figure>
        <Figure word="Lines that differ" note={causeNote(proof.byCause)} isOff={proof.differingTotal > 0} isApart>
          {formatCount(proof.differingTotal)}
        </Figure>
        <Figure
          word="Cannot be rated"
          note={proof.unratableTotal === 0 ? 'none' : 'see why below'}
          isOff={proof.unratableTotal > 0}
        >
          {formatCount(proof.unratableTotal)}
        </Figure>
      </dl>
      {proof.suggestions.map((suggestion) => (
        <Suggestion key={`${suggestion.option} ${suggestion.value}`} suggestion={suggestion} />
      ))}
      <AsMeasured rows={proof.asMeasured} />
      <DifferingLines proof={proof} />
      <UnratableLines proof={proof} />
      <Options options={proof.options} />
    </>
  );
}

function Figure({
  word,
  note,
  isOff = false,
  isApart = false,
  children,
}: {
  word: string;
  note: string;
  isOff?: boolean;
  /** A line before it: from here on it is what is wrong. */
  isApart?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={isApart ? 'border-l pl-10' : ''}>
      <dt className="text-table font-medium text-muted">{word}</dt>
      <dd>
        <span
          className={`tabular block text-figure font-semibold tracking-[-0.02em] ${isOff ? 'text-structural' : ''}`}
        >
          {children}
        </span>
        <span className="tabular block max-w-[168px] text-label text-faint">{note}</span>
      </dd>
    </div>
  );
}

/** A setting that history asks for, ready to be put into tieout.yaml. */
function Suggestion({ suggestion }: { suggestion: ProofSummary['suggestions'][number] }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <div className="mt-5 flex items-start gap-4 rounded-lg bg-selected px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="font-medium">{suggestion.sentence}.</p>
        <p className="mt-0.5 text-muted">It goes into tieout.yaml; every preview and proof follows it from then on.</p>
      </div>
      <Button
        icon={isCopied ? <Check size={13} aria-hidden="true" /> : <Copy size={13} aria-hidden="true" />}
        onClick={() => void navigator.clipboard.writeText(settingText(suggestion)).then(() => setCopied(true))}
      >
        {isCopied ? 'Copied' : 'Copy for tieout.yaml'}
      </Button>
    </div>
  );
}

const HEAD = 'h-8 border-b border-line-strong font-medium whitespace-nowrap';
const CELL = 'h-(--row) border-b border-line';

/** What should have been billed: the measured quantities of the same lines. */
function AsMeasured({ rows }: { rows: ProofSummary['asMeasured'] }) {
  if (rows.length === 0) return null;
  const places = mostMinorDigits(rows.map(({ currency }) => currency));
  return (
    <section aria-labelledby="as-measured" className="mt-8">
      <h2 id="as-measured" className="text-lead font-semibold">
        What should have been billed
      </h2>
      <p className="text-muted">The same lines with what was measured instead of what Stripe metered.</p>
      <table className="mt-1 text-table">
        <caption className="sr-only">Billed against what the measured quantities cost, per currency</caption>
        <thead className="text-muted">
          <tr>
            <th scope="col" className={`${HEAD} pr-8`}>
              Currency
            </th>
            <th scope="col" className={`${HEAD} pl-8 text-right`}>
              Lines
            </th>
            <th scope="col" className={`${HEAD} pl-8 text-right text-billed`}>
              Billed
            </th>
            <th scope="col" className={`${HEAD} pl-8 text-right text-measured`}>
              As measured
            </th>
            <th scope="col" className={`${HEAD} pl-8 text-right`}>
              Difference
            </th>
            <td className={HEAD} />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.currency}>
              <th scope="row" className={CELL}>
                {row.currency.toUpperCase()}
              </th>
              <td className={`${CELL} tabular pl-8 text-right text-muted`}>{formatCount(row.lines)}</td>
              <td className={`${CELL} pl-8 text-right`}>
                <Amount text={row.billed} currency={row.currency} places={places} />
              </td>
              <td className={`${CELL} pl-8 text-right`}>
                <Amount text={row.rated} currency={row.currency} places={places} />
              </td>
              <td className={`${CELL} pl-8 text-right`}>
                <Amount
                  text={row.difference}
                  currency={row.currency}
                  places={places}
                  isDifference
                  className={signOfText(row.difference) === 0 ? 'text-faint' : 'font-medium text-structural'}
                />
              </td>
              <td className={`${CELL} pl-4 text-muted`}>{asMeasuredWords(row)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The rules in force where Stripe leaves room for more than one reading. */
function Options({ options }: { options: ProofSummary['options'] }) {
  return (
    <section aria-labelledby="options" className="mt-8">
      <h2 id="options" className="mb-1 text-lead font-semibold">
        Rules in force
      </h2>
      <table className="text-table">
        <caption className="sr-only">Rating options of tieout.yaml</caption>
        <thead className="text-muted">
          <tr>
            <th scope="col" className={`${HEAD} pr-8`}>
              Option
            </th>
            <th scope="col" className={`${HEAD} pr-8`}>
              Value
            </th>
            <th scope="col" className={HEAD}>
              Meaning
            </th>
          </tr>
        </thead>
        <tbody>
          {options.map(({ option, value, isDefault, meaning }) => (
            <tr key={option}>
              <th scope="row" className={`${CELL} pr-8`}>
                <code className="font-mono text-label">{bareOption(option)}</code>
              </th>
              <td className={`${CELL} pr-8 whitespace-nowrap`}>
                <code className={`font-mono text-label ${isDefault ? '' : 'font-semibold text-accent'}`}>{value}</code>
                {!isDefault && <span className="pl-2 text-label text-muted">set here</span>}
              </td>
              <td className={`${CELL} text-muted`}>{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
