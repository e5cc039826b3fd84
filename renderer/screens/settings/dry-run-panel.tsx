import { Play } from 'lucide-react';
import { type FormEvent, type ReactNode, useDeferredValue, useId, useState } from 'react';
import type { DryRun, MeterChange } from '../../../shared/contract/meter-schemas.ts';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Quantity } from '../../components/figure.tsx';
import { Failure } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { isRunning } from '../../data/jobs.ts';
import { useDryRun, useDryRunResult, useJob } from '../../data/meters.ts';
import { useCustomerSearch } from '../../data/months.ts';
import { evidenceWord } from '../../format/meter-words.ts';
import { formatCount, widestFraction } from '../../format/number.ts';
import { formatHour, formatMonth } from '../../format/time.ts';
import { customerLabel, plural } from '../../format/words.ts';
import { Panel, RunState } from './panel.tsx';

/** One customer on the real source. */
export function DryRunPanel({
  change,
  months,
  month,
  isReady,
  onMonth,
}: {
  change: MeterChange;
  /** Newest first. */
  months: readonly string[];
  month: string;
  /** The draft can be read. */
  isReady: boolean;
  onMonth: (month: string) => void;
}) {
  const id = useId();
  const [customer, setCustomer] = useState('');
  const run = useDryRun();
  const job = useJob(run.data?.id ?? null);
  const result = useDryRunResult(job);
  const found = useCustomerSearch(month, useDeferredValue(customer.trim())).data?.rows ?? [];
  const isBusy = run.isPending || (job !== null && isRunning(job));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (customer.trim() !== '' && isReady && !isBusy) run.mutate({ ...change, month, customer: customer.trim() });
  };
  return (
    <Panel title="Dry run" note="One customer and month, on the real source. Nothing is kept.">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <label className="min-w-[180px] flex-1" htmlFor={`${id}customer`}>
          <span className="mb-1 block text-table font-medium text-muted">Customer</span>
          <input
            id={`${id}customer`}
            value={customer}
            list={`${id}list`}
            placeholder="usage id or cus_…"
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setCustomer(event.target.value)}
            className="h-7 w-full rounded-md border border-line-strong bg-page px-2 font-mono text-table placeholder:text-faint hover:bg-hover"
          />
          <datalist id={`${id}list`}>
            {found.map((row) => (
              <option key={`${row.customer} ${row.usageId} ${row.meter}`} value={row.customer ?? row.usageId ?? ''}>
                {customerLabel(row)}
              </option>
            ))}
          </datalist>
        </label>
        <label htmlFor={`${id}month`}>
          <span className="mb-1 block text-table font-medium text-muted">Month</span>
          <select
            id={`${id}month`}
            value={month}
            onChange={(event) => onMonth(event.target.value)}
            className="h-7 rounded-md border border-line-strong bg-page px-2 hover:bg-hover"
          >
            {months.map((option) => (
              <option key={option} value={option}>
                {formatMonth(option)}
              </option>
            ))}
          </select>
        </label>
        <Button
          type="submit"
          disabled={!isReady || isBusy || customer.trim() === ''}
          icon={<Play size={12} aria-hidden="true" />}
        >
          Try
        </Button>
      </form>
      <RunState job={job} error={run.error} />
      {result.isError && (
        <div className="mt-3">
          <Failure document={documentOf(result.error)} onRetry={() => void result.refetch()} />
        </div>
      )}
      {result.data !== undefined && result.data !== null && job?.state === 'done' && <Result run={result.data} />}
    </Panel>
  );
}

function Result({ run }: { run: DryRun }) {
  const { quantity, hours, evidence, unit } = run;
  return (
    <section aria-label="Result of the dry run" className="mt-4" aria-live="polite">
      <p className="text-table text-muted">
        {formatMonth(run.month)}, {run.usageIds.join(', ')}
      </p>
      <p className="text-title font-semibold tracking-[-0.01em]">
        {quantity === null ? (
          'Nothing was measured.'
        ) : quantity.billed === null ? (
          <span className="text-structural">{quantity.text}, which is no number</span>
        ) : (
          <>
            <Quantity text={quantity.billed} /> <span className="text-lead font-normal text-muted">{unit}</span>
          </>
        )}
      </p>
      <dl className="mt-2 border-t border-line text-table">
        {quantity !== null && quantity.native !== null && (
          <>
            <Fact word="Native">
              <Mono>{quantity.native}</Mono>
            </Fact>
            <Fact word="Billed, exactly">
              <Mono>{quantity.exact}</Mono>
            </Fact>
          </>
        )}
        {quantity?.rounding != null && (
          <Fact word="As it is pushed">
            {quantity.rounding.pushed === null ? (
              'too many digits for any push'
            ) : (
              <>
                <Mono>{quantity.rounding.pushed}</Mono>, rounded off <Mono>{quantity.rounding.loss}</Mono>
              </>
            )}
          </Fact>
        )}
        {evidence.length === 0 ? (
          <Fact word="Left out">nothing</Fact>
        ) : (
          evidence.map(({ key, value }) => (
            <Fact key={key} word={evidenceWord(key)}>
              <span className="tabular">{/^\d+$/.test(value) ? <Quantity text={value} /> : value}</span>
            </Fact>
          ))
        )}
        <Fact word="Read">
          <span className="tabular">
            {formatCount(run.rows)} {plural(run.rows, 'hour')}, {formatCount(run.bytes)} bytes in {run.seconds} s
          </span>
        </Fact>
      </dl>
      {hours.length > 0 && <Hours hours={hours} unit={unit} />}
      <details className="mt-2">
        <summary className="fold -ml-0.5 h-7 text-accent">The query as it was sent</summary>
        <CodeBlock title="ClickHouse SQL" text={run.query} maxHeight={300} />
      </details>
    </section>
  );
}

const Mono = ({ children }: { children: ReactNode }) => (
  <code className="font-mono text-label wrap-anywhere">{children}</code>
);

function Fact({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[168px_minmax(0,1fr)] gap-3 border-b border-line py-1">
      <dt className="text-muted">{word}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}

function Hours({ hours, unit }: { hours: DryRun['hours']; unit: string }) {
  const places = widestFraction(hours.map(({ quantity }) => quantity));
  return (
    <details className="mt-2">
      <summary className="fold -ml-0.5 h-7 text-accent">
        {formatCount(hours.length)} {plural(hours.length, 'hour')} with usage
      </summary>
      <section
        aria-label="Hours with usage"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
        tabIndex={0}
        className="max-h-[300px] overflow-y-auto"
      >
        <table className="w-full text-table">
          <caption className="sr-only">Usage by the hour, in {unit}</caption>
          <tbody>
            {hours.map(({ at, quantity }) => (
              <tr key={at}>
                <th scope="row" className="tabular h-6 border-b border-line px-1.5 text-muted">
                  {formatHour(at)}
                </th>
                <td className="border-b border-line px-1.5 text-right">
                  <Quantity text={quantity} places={places} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
