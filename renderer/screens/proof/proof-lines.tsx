import { useState } from 'react';
import type { ProofSummary } from '../../../shared/contract/proof-schemas.ts';
import { Amount } from '../../components/figure.tsx';
import { PROOF_CAUSE_WORDS } from '../../format/billing-words.ts';
import { mostMinorDigits } from '../../format/money.ts';
import { formatCount, groupNumbersIn, signOfText } from '../../format/number.ts';
import { formatPeriod } from '../../format/time.ts';
import { settingWords } from './proof-view.ts';

const SHOWN = 50;
const HEAD = 'h-8 border-b border-line-strong px-2 font-medium whitespace-nowrap';
const CELL = 'h-(--row) border-b border-line px-2';

type Proven = Pick<
  ProofSummary['differing'][number],
  'invoice' | 'number' | 'line' | 'customer' | 'name' | 'description' | 'servicePeriod' | 'currency'
>;

const LINE_HEADS = ['Invoice', 'Customer', 'Line', 'Service period', 'Currency'] as const;

/** Invoice, customer, line, period and currency: what names a line in both tables. */
function LineCells({ line, isCurrencyShown }: { line: Proven; isCurrencyShown: boolean }) {
  return (
    <>
      <th scope="row" className={`${CELL} pl-0 whitespace-nowrap`} title={`${line.invoice} ${line.line}`}>
        {line.number ?? <code className="font-mono text-label">{line.invoice}</code>}
      </th>
      <td className={`${CELL} max-w-[150px]`}>
        <bdi className="block truncate" title={line.name ?? line.customer}>
          {line.name ?? line.customer}
        </bdi>
      </td>
      <td className={`${CELL} max-w-[200px]`}>
        <bdi className="block truncate" title={line.description}>
          {groupNumbersIn(line.description)}
        </bdi>
      </td>
      <td className={`${CELL} whitespace-nowrap text-muted`}>
        {formatPeriod(line.servicePeriod.from, line.servicePeriod.to)}
      </td>
      {isCurrencyShown && <td className={`${CELL} text-label text-muted`}>{line.currency.toUpperCase()}</td>}
    </>
  );
}

function LineHeads({ isCurrencyShown }: { isCurrencyShown: boolean }) {
  return LINE_HEADS.filter((word) => word !== 'Currency' || isCurrencyShown).map((word) => (
    <th key={word} scope="col" className={`${HEAD} first:pl-0`}>
      {word}
    </th>
  ));
}

const currenciesOf = (lines: readonly { readonly currency: string }[]): readonly string[] => [
  ...new Set(lines.map(({ currency }) => currency)),
];

/** Lines that do not come out as billed, with the cause and the setting that would make them exact. */
export function DifferingLines({ proof }: { proof: ProofSummary }) {
  const [isWhole, setWhole] = useState(false);
  const { differing, differingTotal } = proof;
  if (differingTotal === 0) return null;
  const currencies = currenciesOf(differing);
  const places = mostMinorDigits(currencies);
  const shown = isWhole ? differing : differing.slice(0, SHOWN);
  return (
    <section aria-labelledby="differing" className="mt-8">
      <h2 id="differing" className="mb-1 text-lead font-semibold">
        Lines that differ <span className="tabular font-normal text-muted">{formatCount(differingTotal)}</span>
      </h2>
      <div className="overflow-x-auto">
        <table className="w-full text-table">
          <caption className="sr-only">Invoice lines that are not what the engine rates them at</caption>
          <thead className="text-muted">
            <tr>
              <LineHeads isCurrencyShown={currencies.length > 1} />
              <th scope="col" className={`${HEAD} text-right`}>
                As rated
              </th>
              <th scope="col" className={`${HEAD} text-right text-billed`}>
                Billed
              </th>
              <th scope="col" className={`${HEAD} text-right`}>
                Difference
              </th>
              <th scope="col" className={HEAD}>
                Cause
              </th>
              <th scope="col" className={`${HEAD} pr-0`}>
                Exact with
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((line) => (
              <tr key={line.line} className="hover:bg-hover">
                <LineCells line={line} isCurrencyShown={currencies.length > 1} />
                <td className={`${CELL} text-right`}>
                  <Amount text={line.rated} currency={line.currency} places={places} />
                </td>
                <td className={`${CELL} text-right`}>
                  <Amount text={line.billed} currency={line.currency} places={places} />
                </td>
                <td className={`${CELL} text-right`}>
                  <Amount
                    text={line.difference}
                    currency={line.currency}
                    places={places}
                    isDifference
                    className={signOfText(line.difference) === 0 ? 'text-faint' : 'font-medium'}
                  />
                </td>
                <td className={`${CELL} whitespace-nowrap`}>{PROOF_CAUSE_WORDS[line.cause]}</td>
                <td className={`${CELL} pr-0 whitespace-nowrap`}>
                  {line.setting === null ? (
                    <span className="text-faint">–</span>
                  ) : (
                    <code className="font-mono text-label">{settingWords(line.setting)}</code>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <More
        shown={shown.length}
        listed={differing.length}
        total={differingTotal}
        isWhole={isWhole}
        onToggle={setWhole}
      />
    </section>
  );
}

/** Lines that no price of the cache can be put to. */
export function UnratableLines({ proof }: { proof: ProofSummary }) {
  const [isWhole, setWhole] = useState(false);
  const { unratable, unratableTotal } = proof;
  if (unratableTotal === 0) return null;
  const currencies = currenciesOf(unratable);
  const places = mostMinorDigits(currencies);
  const shown = isWhole ? unratable : unratable.slice(0, SHOWN);
  return (
    <section aria-labelledby="unratable" className="mt-8">
      <h2 id="unratable" className="mb-1 text-lead font-semibold">
        Lines that cannot be rated <span className="tabular font-normal text-muted">{formatCount(unratableTotal)}</span>
      </h2>
      <div className="overflow-x-auto">
        <table className="w-full text-table">
          <caption className="sr-only">Invoice lines that cannot be rated again, and why</caption>
          <thead className="text-muted">
            <tr>
              <LineHeads isCurrencyShown={currencies.length > 1} />
              <th scope="col" className={`${HEAD} text-right text-billed`}>
                Billed
              </th>
              <th scope="col" className={`${HEAD} pr-0`}>
                Why
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((line) => (
              <tr key={line.line} className="hover:bg-hover">
                <LineCells line={line} isCurrencyShown={currencies.length > 1} />
                <td className={`${CELL} text-right`}>
                  <Amount text={line.billed} currency={line.currency} places={places} />
                </td>
                <td className={`${CELL} py-1.5 pr-0`}>{line.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <More
        shown={shown.length}
        listed={unratable.length}
        total={unratableTotal}
        isWhole={isWhole}
        onToggle={setWhole}
      />
    </section>
  );
}

function More({
  shown,
  listed,
  total,
  isWhole,
  onToggle,
}: {
  shown: number;
  listed: number;
  total: number;
  isWhole: boolean;
  onToggle: (isWhole: boolean) => void;
}) {
  if (listed <= SHOWN && listed === total) return null;
  return (
    <p className="mt-1 flex h-7 items-center gap-3 text-table text-muted">
      {formatCount(shown)} of {formatCount(total)} are shown, the largest differences first.
      {listed > SHOWN && (
        <button type="button" onClick={() => onToggle(!isWhole)} className="text-accent hover:underline">
          {isWhole ? 'Show fewer' : `Show ${formatCount(listed)}`}
        </button>
      )}
    </p>
  );
}
