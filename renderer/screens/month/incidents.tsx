import { ChevronRight } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import type { IncidentView, MonthIncidents } from '../../../shared/contract/incident-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Failure, Skeleton } from '../../components/states.tsx';
import { MarkShape } from '../../components/verdict-mark.tsx';
import { documentOf } from '../../data/errors.ts';
import { useMonthIncidents } from '../../data/incidents.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, formatDifference, groupNumbersIn, signOfText } from '../../format/number.ts';
import { formatRange } from '../../format/time.ts';
import { CAUSE_WORDS, CONFIDENCE_WORDS, meterLabel, plural } from '../../format/words.ts';
import { factorText, incidentMark, incidentsSentence, withoutWorth, worthOf } from '../incident/incident-view.ts';
import { Remedy } from '../incident/remedy.tsx';

type Props = {
  readonly month: string;
  /** The incident whose cells the table shows. */
  readonly chosen: string | undefined;
  readonly isUnexplainedChosen: boolean;
  /** Those of the month, the main one first. */
  readonly currencies: readonly string[];
  readonly onChoose: (incident: string | undefined) => void;
  readonly onUnexplained: () => void;
  /** Into the rows of the table. */
  readonly onGo: () => void;
};

/** More than these wait until they are asked for. */
const FIRST = 5;
const MORE = 50;
/** Meters of one incident that are named with their quantity. */
const MOST_METERS = 8;

/** What went wrong, a line for each incident; choosing one narrows the table of cells and tells what to do. */
export function Incidents({ month, chosen, isUnexplainedChosen, currencies, onChoose, onUnexplained, onGo }: Props) {
  const [shown, setShown] = useState(FIRST);
  const { data, error, isPending, refetch } = useMonthIncidents(month);
  if (error !== null) {
    return (
      <Block>
        <Failure
          document={documentOf(error)}
          meaning="The figures and the cells stand; only what they have in common cannot be shown."
          onRetry={() => void refetch()}
        />
      </Block>
    );
  }
  if (isPending) return <IncidentsSkeleton />;
  const { incidents, unexplained, notAsked } = data;
  if (incidents.length === 0 && unexplained.cells === 0 && notAsked === 0) {
    return (
      <p className="mt-4 flex items-center gap-1.5 text-table text-muted">
        <MarkShape mark="check" tone="agree" />
        No incidents: no cell is off.
      </p>
    );
  }
  const last = Math.max(shown, incidents.findIndex(({ id }) => id === chosen) + 1);
  const left = incidents.length - last;
  return (
    <Block sentence={incidentsSentence(data)}>
      <ul className="border-t border-line-strong" onKeyDown={moveAlong}>
        {incidents.slice(0, last).map((incident) => (
          <IncidentRow
            key={incident.id}
            month={month}
            incident={incident}
            currencies={currencies}
            isChosen={incident.id === chosen}
            onToggle={() => onChoose(incident.id === chosen ? undefined : incident.id)}
            onGo={onGo}
          />
        ))}
        {unexplained.cells > 0 && (
          <UnexplainedRow
            unexplained={unexplained}
            currencies={currencies}
            isChosen={isUnexplainedChosen}
            onToggle={onUnexplained}
          />
        )}
      </ul>
      {left > 0 && (
        <button
          type="button"
          onClick={() => setShown(last + MORE)}
          className="mt-1.5 text-table text-accent hover:underline"
        >
          Show {formatCount(Math.min(left, MORE))} more of {formatCount(incidents.length)}
        </button>
      )}
      {notAsked > 0 && (
        <p className="mt-1.5 text-table text-muted">
          {formatCount(notAsked)} more {plural(notAsked, 'cell drifts', 'cells drift')} and{' '}
          {plural(notAsked, 'was', 'were')} not looked at by the hour, because there are too many. Open one, and it is
          explained.
        </p>
      )}
    </Block>
  );
}

function Block({ sentence, children }: { sentence?: string; children: ReactNode }) {
  return (
    <section aria-labelledby="incidents" data-incidents className="mt-7">
      <h2 id="incidents" className="mb-1 flex items-baseline gap-3 text-lead font-semibold">
        Incidents
        {sentence !== undefined && <span className="text-body font-normal text-muted">{sentence}</span>}
      </h2>
      {children}
    </section>
  );
}

/** Bars where the incidents will be. */
export function IncidentsSkeleton() {
  return (
    <div className="mt-7" role="status" aria-label="Looking for what went wrong">
      <span className="mb-1 flex h-[22px] items-center">
        <Skeleton width={74} />
      </span>
      {[0, 1, 2].map((row) => (
        <div key={row} className="flex h-[48px] items-center gap-6 border-t border-line px-1.5">
          <Skeleton width={`${52 - row * 9}%`} />
          <span className="flex-1" />
          <Skeleton width={48} />
          <Skeleton width={84} />
        </div>
      ))}
    </div>
  );
}

const ROW =
  'grid w-full grid-cols-[14px_minmax(0,1fr)_auto] items-start gap-x-2.5 rounded-md px-1.5 py-1.5 text-left hover:bg-hover aria-expanded:bg-transparent aria-pressed:bg-transparent @min-[680px]:grid-cols-[14px_minmax(0,1fr)_84px_minmax(112px,auto)_14px]';

function IncidentRow({
  month,
  incident,
  currencies,
  isChosen,
  onToggle,
  onGo,
}: {
  month: string;
  incident: IncidentView;
  currencies: readonly string[];
  isChosen: boolean;
  onToggle: () => void;
  onGo: () => void;
}) {
  const panel = useId();
  const { code, sentence, cells, confidence, meters, money } = incident;
  const { mark, tone } = incidentMark(incident);
  return (
    <li className={`border-b border-line py-0.5 ${isChosen ? 'bg-selected' : ''}`}>
      <button
        type="button"
        data-incident={incident.id}
        aria-expanded={isChosen}
        aria-controls={panel}
        onClick={onToggle}
        className={ROW}
      >
        <MarkShape mark={mark} tone={tone} className="mt-[2px]" />
        <span className="min-w-0">
          <bdi className="block font-medium wrap-anywhere">{groupNumbersIn(withoutWorth(sentence))}</bdi>
          <span className="block truncate text-table text-muted">
            {CAUSE_WORDS[code]}
            <span className="text-faint"> · </span>
            <span className={confidence === 'low' ? 'text-structural' : ''}>
              {CONFIDENCE_WORDS[confidence].toLowerCase()}
            </span>
            <span className="text-faint"> · </span>
            {meters.map(meterLabel).join(', ')}
          </span>
        </span>
        <Cells count={cells} />
        <Worth money={worthOf(money, currencies)} />
        <ChevronRight
          size={14}
          aria-hidden="true"
          className={`mt-[2px] hidden text-muted @min-[680px]:block ${isChosen ? 'rotate-90' : ''}`}
        />
      </button>
      <div id={panel}>{isChosen && <Panel month={month} incident={incident} onGo={onGo} />}</div>
    </li>
  );
}

const Cells = ({ count }: { count: number }) => (
  <span className="tabular hidden text-right whitespace-nowrap text-muted @min-[680px]:block">
    {formatCount(count)} {plural(count, 'cell')}
  </span>
);

/** Measured less metered: with a sign, and a line for each currency. */
function Worth({ money, isSigned = true }: { money: IncidentView['money']; isSigned?: boolean }) {
  return (
    <span className="tabular text-right font-semibold whitespace-nowrap">
      {money.length === 0 ? (
        <span className="font-normal text-faint">no price</span>
      ) : (
        money.map(({ currency, difference }) => (
          <span key={currency} className={`block ${signOfText(difference) === 0 ? 'font-normal text-faint' : ''}`}>
            {formatMoney(difference, currency, isSigned)}
          </span>
        ))
      )}
    </span>
  );
}

/** What to do about it, what it comes to for each meter, and the way to its cells. */
function Panel({ month, incident, onGo }: { month: string; incident: IncidentView; onGo: () => void }) {
  const { code, hours, factor, quantities, cells, customers, id, remedy } = incident;
  return (
    <div className="grid gap-x-10 gap-y-3 px-1.5 pt-1 pb-3 pl-[30px] @min-[900px]:grid-cols-[minmax(0,1fr)_minmax(260px,auto)]">
      <div className="min-w-0">
        <Remedy request={{ month, incident: id }} known={remedy} />
        <p className="mt-3">
          <Button onClick={onGo}>Go to {plural(cells, 'its cell', `its ${formatCount(cells)} cells`)}</Button>
        </p>
      </div>
      <dl className="text-table">
        {hours !== null && <Fact word="Hours">{formatRange(hours.from, hours.to)}</Fact>}
        {factor !== null && <Fact word={code === 'zone_shift' ? 'Shift' : 'Factor'}>{factorText(code, factor)}</Fact>}
        <Fact word="Customers">{formatCount(customers)}</Fact>
        {quantities.slice(0, MOST_METERS).map(({ meter, unit, worth }) => (
          <Fact key={meter} word={meterLabel(meter)}>
            {formatDifference(worth)} <span className="text-muted">{unit}</span>
          </Fact>
        ))}
        {quantities.length > MOST_METERS && (
          <Fact word="Other meters">{formatCount(quantities.length - MOST_METERS)}</Fact>
        )}
      </dl>
    </div>
  );
}

function Fact({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4 border-b border-line py-0.5">
      <dt className="text-muted">{word}</dt>
      <dd className="tabular text-right">{children}</dd>
    </div>
  );
}

function UnexplainedRow({
  unexplained,
  currencies,
  isChosen,
  onToggle,
}: {
  unexplained: MonthIncidents['unexplained'];
  currencies: readonly string[];
  isChosen: boolean;
  onToggle: () => void;
}) {
  const { cells, money } = unexplained;
  return (
    <li className={`border-b border-line py-0.5 ${isChosen ? 'bg-selected' : ''}`}>
      <button type="button" data-incident="unexplained" aria-pressed={isChosen} onClick={onToggle} className={ROW}>
        <MarkShape mark="dash" tone="incomplete" className="mt-[2px]" />
        <span className="min-w-0">
          <span className="block font-medium">
            {plural(cells, 'One cell is unexplained', `${formatCount(cells)} cells are unexplained`)}.
          </span>
          <span className="block truncate text-table text-muted">
            No known fault fits; each names what comes nearest.
          </span>
        </span>
        <Cells count={cells} />
        <Worth money={worthOf(money, currencies)} isSigned={false} />
        <span />
      </button>
    </li>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

/** The arrow keys, and j and k, go from row to row. */
function moveAlong(event: KeyboardEvent<HTMLUListElement>): void {
  const step = STEPS[event.key];
  const from = event.target;
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  if (!(from instanceof HTMLElement) || from.dataset.incident === undefined) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-incident]')];
  const next = rows[rows.indexOf(from) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
