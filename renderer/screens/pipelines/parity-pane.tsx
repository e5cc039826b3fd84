import { TriangleAlert } from 'lucide-react';
import { type RefObject, useMemo, useState } from 'react';
import type { ParityView } from '../../../shared/contract/pipelines-schemas.ts';
import { OptionMenu } from '../../components/option-menu.tsx';
import { Failure, SkeletonFigures, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import type { useParity } from '../../data/pipelines.ts';
import { ChartLegend } from './chart-legend.tsx';
import { LazyHourChart } from './lazy-hour-chart.tsx';
import { ParityFigures } from './parity-figures.tsx';
import { ParityFilters } from './parity-filters.tsx';
import { ParityHours } from './parity-hours.tsx';
import { ParityTable } from './parity-table.tsx';
import { DAYS, type Days, type PipelinesSearch, withPart } from './pipelines-search.ts';
import { percentWords, readable } from './pipelines-view.ts';
import { SoakPanel } from './soak-panel.tsx';

/** Whether the two agree: the clock of the soak, the hours as a chart, and the customers behind them. */
export function ParityPane({
  parity,
  search,
  searchBox,
  scroller,
  onSearch,
}: {
  parity: ReturnType<typeof useParity>;
  search: PipelinesSearch;
  searchBox: RefObject<HTMLInputElement | null>;
  scroller: RefObject<HTMLDivElement | null>;
  onSearch: (search: PipelinesSearch, isReplacing?: boolean) => void;
}) {
  const { data } = parity;
  if (parity.isError) {
    return (
      <div className="mt-5">
        <Failure
          document={documentOf(parity.error)}
          meaning="Whether the pipelines agree cannot be said until this is mended; what is billed stands as it is."
          onRetry={() => void parity.refetch()}
        />
      </div>
    );
  }
  if (data === undefined) {
    return (
      <div className="mt-5">
        <SkeletonFigures count={4} />
        <div className="mt-6">
          <SkeletonRows rows={10} label="Loading the hours" />
        </div>
      </div>
    );
  }
  const toHour = (hour: string): void => {
    onSearch(withPart(withPart(search, 'open', undefined), 'hour', hour), false);
    const { current } = scroller;
    const customers = current?.querySelector('[data-by-customer]');
    if (current === null || customers == null) return;
    current.scrollBy({ top: customers.getBoundingClientRect().top - current.getBoundingClientRect().top });
  };
  return (
    <>
      <Alert parity={data} />
      <SoakPanel parity={data} onHour={toHour} />
      <ParityFigures parity={data} />
      <History
        parity={data}
        days={search.days}
        onHour={toHour}
        onDays={(days) => onSearch(withPart(withPart(search, 'hour', undefined), 'days', days))}
      />
      <div data-by-customer="" className="pt-4">
        <ParityFilters ref={searchBox} parity={data} search={search} onSearch={onSearch} />
        <ParityTable parity={data} search={search} scroller={scroller} onSearch={onSearch} />
      </div>
    </>
  );
}

/** A fault of the pipeline as a whole, while it lasts. */
function Alert({ parity: { alert } }: { parity: ParityView }) {
  if (!alert.isAlert) return null;
  return (
    <p
      role="alert"
      className="mt-5 flex items-start gap-2 rounded-lg border border-line bg-structural-wash px-4 py-3 text-structural"
    >
      <TriangleAlert size={15} aria-hidden="true" className="mt-[1px] shrink-0" />
      <span className="font-medium">{readable(alert.sentence ?? '')}</span>
    </p>
  );
}

function History({
  parity,
  days,
  onHour,
  onDays,
}: {
  parity: ParityView;
  days: Days | undefined;
  onHour: (hour: string) => void;
  onDays: (days: Days | undefined) => void;
}) {
  const [index, setIndex] = useState<number | null>(null);
  const { hours, alerts, settings, unit, pipeline } = parity;
  const points = useMemo(
    () => hours.map((hour) => ({ ...hour, drift: hour.aggregate, isOff: hour.state === 'drift' })),
    [hours],
  );
  const shaded = useMemo(() => alerts.map(({ period }) => period), [alerts]);
  return (
    <section aria-label="Hour by hour" className="mt-6">
      <div className="flex items-center justify-between">
        <h2 className="text-lead font-semibold">Hour by hour</h2>
        <OptionMenu
          label="Shown"
          value={String(days ?? '')}
          options={[
            { value: '', label: `Newest ${days === undefined ? hours.length : settings.requiredHours * 7} hours` },
            ...DAYS.map((each) => ({ value: String(each), label: `Newest ${each} days` })),
          ]}
          onChoose={(value) => onDays(DAYS.find((each) => String(each) === value))}
        />
      </div>
      <ChartLegend pipeline={pipeline} unit={unit} hour={index === null ? undefined : points[index]} />
      <figure>
        <LazyHourChart
          hours={points}
          shaded={shaded}
          tolerance={settings.tolerance}
          height={168}
          onIndex={setIndex}
          onChoose={(chosen) => {
            const hour = hours[chosen];
            if (hour !== undefined && hour.state !== 'missing') onHour(hour.at);
          }}
        />
        <figcaption className="text-label text-faint">
          Below, how far {pipeline} is from what is billed; dashed, the {percentWords(settings.tolerance)} that are
          tolerated. Red bars are hours that are not clean
          {shaded.length > 0 ? ', shaded ones stood under alert' : ''}
          {hours.some(({ state }) => state === 'missing') ? ', hatched ones were not checked' : ''}. A click lists the
          customers of the hour.
          {days === undefined &&
            hours.length < settings.requiredHours * 7 &&
            ` What came before ${pipeline} began is among the newest 31 days.`}
        </figcaption>
      </figure>
      <ParityHours parity={parity} onHour={onHour} />
    </section>
  );
}
