import { useMemo, useState } from 'react';
import type { ParityCauseView, ParityDetail, ParityKey } from '../../../shared/contract/pipelines-schemas.ts';
import { Quantity } from '../../components/figure.tsx';
import { Prose } from '../../components/prose.tsx';
import { Failure, Skeleton, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useParityCustomer } from '../../data/pipelines.ts';
import { formatMoney } from '../../format/money.ts';
import { formatDifference, formatPercent, signOfText, widestFraction } from '../../format/number.ts';
import { PARITY_CAUSE_WORDS, PARITY_STATE_WORDS } from '../../format/pipeline-words.ts';
import { formatHour } from '../../format/time.ts';
import { CONFIDENCE_WORDS, meterLabel } from '../../format/words.ts';
import { Section } from '../cell/section.tsx';
import { ChartLegend } from './chart-legend.tsx';
import { LazyHourChart } from './lazy-hour-chart.tsx';
import { MarkLabel } from './mark-label.tsx';
import { readable } from './pipelines-view.ts';
import { SideDrawer } from './side-drawer.tsx';

/** One customer beside the table: both measurements by the hour, and why they differ. */
export function ParityDrawer({
  request,
  tolerance,
  onClose,
}: {
  request: ParityKey;
  tolerance: string;
  onClose: () => void;
}) {
  const detail = useParityCustomer(request);
  const { data } = detail;
  return (
    <SideDrawer
      label="Customer"
      title={data?.row.name ?? request.customer}
      hint={request.customer}
      note={`${meterLabel(request.meter)}, ${request.pipeline}`}
      onClose={onClose}
    >
      {detail.isError && (
        <Failure
          document={documentOf(detail.error)}
          meaning="The list stands; only this customer cannot be shown."
          onRetry={() => void detail.refetch()}
        />
      )}
      {detail.isPending && (
        <>
          <Skeleton width="80%" />
          <span className="mt-8 block">
            <SkeletonRows rows={10} label="Loading the customer" />
          </span>
        </>
      )}
      {data !== undefined && !detail.isError && (
        <Content detail={data} pipeline={request.pipeline} tolerance={tolerance} />
      )}
    </SideDrawer>
  );
}

const NOTHING_SHADED: readonly { readonly from: string; readonly to: string }[] = [];

function Content({ detail, pipeline, tolerance }: { detail: ParityDetail; pipeline: string; tolerance: string }) {
  const { row, unit, sentence, hours, causes } = detail;
  const [index, setIndex] = useState<number | null>(null);
  const points = useMemo(
    () => hours.map((hour) => ({ ...hour, isOff: hour.state !== 'agrees' && hour.state !== 'left_out' })),
    [hours],
  );
  return (
    <>
      <p className="text-lead">{readable(sentence)}</p>
      <p className="mt-1 flex items-center gap-3">
        <MarkLabel words={PARITY_STATE_WORDS[row.state]} />
        {row.money !== null && signOfText(row.money.amount) !== 0 && (
          <span className="tabular text-muted">
            worth {formatMoney(row.money.amount, row.money.currency, true)} on the invoice
          </span>
        )}
      </p>
      {hours.length > 1 && (
        <figure className="mt-4">
          <ChartLegend pipeline={pipeline} unit={unit} hour={index === null ? undefined : points[index]} />
          <LazyHourChart hours={points} shaded={NOTHING_SHADED} tolerance={tolerance} height={150} onIndex={setIndex} />
          <figcaption className="sr-only">
            Chart of both measurements by the hour and of how far they are apart. The same figures stand in the table of
            hours.
          </figcaption>
        </figure>
      )}
      {causes.length > 0 && <Causes causes={causes} unit={unit} />}
      {causes.length === 0 && row.state !== 'agrees' && row.state !== 'left_out' && row.state !== 'unverified' && (
        <Section title="Cause">
          <p className="text-muted">Nothing that was pulled explains the difference.</p>
        </Section>
      )}
      <Hours detail={detail} pipeline={pipeline} />
    </>
  );
}

function Causes({ causes, unit }: { causes: readonly ParityCauseView[]; unit: string }) {
  return (
    <Section title={causes.length === 1 ? 'Cause' : 'Causes'}>
      <ul className="space-y-3">
        {causes.map(({ code, confidence, evidence, explains, remedy }) => (
          <li key={code}>
            <p className="flex items-baseline gap-2">
              <span className="font-medium">{PARITY_CAUSE_WORDS[code]}</span>
              <span className="text-label text-muted">{CONFIDENCE_WORDS[confidence]}</span>
              <span className="tabular ml-auto whitespace-nowrap text-muted">
                {formatDifference(explains)} {unit}
              </span>
            </p>
            <p className="text-muted">{readable(evidence)}</p>
            {remedy !== null && (
              <p className="mt-0.5">
                <Prose text={remedy} />
              </p>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

const HEAD = 'sticky top-0 h-7 border-b border-line-strong bg-page px-2 font-medium whitespace-nowrap';
const CELL = 'h-7 border-b border-line px-2';

function Hours({ detail: { hours, unit }, pipeline }: { detail: ParityDetail; pipeline: string }) {
  const off = hours.filter(({ state }) => state !== 'agrees' && state !== 'left_out');
  const [isAll, setAll] = useState(off.length === 0);
  const shown = isAll ? hours : off;
  const places = widestFraction(
    shown.flatMap(({ reference, candidate, difference }) => [reference, candidate, difference]),
    3,
  );
  return (
    <Section
      title="Hours"
      aside={
        off.length > 0 && off.length < hours.length ? (
          <label className="flex items-center gap-2 text-table text-muted">
            <input
              type="checkbox"
              checked={!isAll}
              onChange={(event) => setAll(!event.target.checked)}
              className="accent-(--accent-fill)"
            />
            Only hours that differ
          </label>
        ) : undefined
      }
    >
      <table className="tabular w-full text-table">
        <caption className="sr-only">Both measurements in {unit} by the hour, UTC</caption>
        <thead className="text-muted">
          <tr>
            <th scope="col" className={`${HEAD} pl-0`}>
              Hour, UTC
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              Billed today
            </th>
            <th scope="col" className={`${HEAD} max-w-[110px] truncate text-right`}>
              {pipeline}
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              Difference
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              Drift
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((hour) => (
            <tr key={hour.at}>
              <th scope="row" className={`${CELL} pl-0 whitespace-nowrap`}>
                {formatHour(hour.at)}
              </th>
              <td className={`${CELL} text-right`}>
                <Quantity text={hour.reference} places={places} />
              </td>
              <td className={`${CELL} text-right`}>
                <Quantity text={hour.candidate} places={places} />
              </td>
              <td className={`${CELL} text-right`}>
                <Quantity
                  text={hour.difference}
                  places={places}
                  isDifference
                  className={signOfText(hour.difference) === 0 ? 'text-faint' : ''}
                />
              </td>
              <td className={`${CELL} text-right whitespace-nowrap`}>{formatPercent(hour.drift)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
