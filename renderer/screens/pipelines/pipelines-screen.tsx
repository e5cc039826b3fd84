import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type RefObject, useCallback, useRef, useState } from 'react';
import type {
  PipelineEntry,
  PipelinesOverview,
  RollupFinding,
  SeamPiece,
} from '../../../shared/contract/pipelines-schemas.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { OptionMenu } from '../../components/option-menu.tsx';
import { Empty, Failure, Skeleton, SkeletonFigures, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useParity, usePipelines } from '../../data/pipelines.ts';
import { templateWord } from '../../format/meter-words.ts';
import { formatAge, formatClock, formatPeriod } from '../../format/time.ts';
import { meterLabel } from '../../format/words.ts';
import { usePresent } from '../../frame/clock.ts';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { useTitle } from '../../frame/title.ts';
import { CutoverPane } from './cutover-pane.tsx';
import { FindingDrawer, PieceDrawer } from './finding-drawers.tsx';
import { ParityDrawer } from './parity-drawer.tsx';
import { ParityPane } from './parity-pane.tsx';
import { hoursOf } from './parity-table.tsx';
import { inView, type PipelinesSearch, VIEWS, type View, withoutFilters, withPart } from './pipelines-search.ts';
import { instantText, newestDue, soakSentence } from './pipelines-view.ts';
import { ReservationPane } from './reservation-pane.tsx';
import { RollupPane } from './rollup-pane.tsx';

/** Another measurement beside the one that bills: whether they agree, and the switch from one to the other. */
export function PipelinesScreen({ search }: { search: PipelinesSearch }) {
  const overview = usePipelines();
  const { data } = overview;
  useTitle('Pipelines');
  const entry = data?.pipelines.find(({ pipeline }) => pipeline === search.pipeline) ?? data?.pipelines[0];
  if (data !== undefined && entry !== undefined && !overview.isError)
    return <Chosen overview={data} entry={entry} search={search} />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
    <section aria-label="Pipelines" tabIndex={0} className="h-full overflow-y-auto px-6 pt-5 pb-12">
      <h1 className="text-title font-semibold tracking-[-0.01em]">Pipelines</h1>
      {overview.isPending && (
        <>
          <span className="mt-0.5 flex h-[22px] items-center">
            <Skeleton width={460} />
          </span>
          <div className="mt-6">
            <SkeletonFigures count={4} />
          </div>
          <div className="mt-6">
            <SkeletonRows rows={10} label="Loading the pipelines" />
          </div>
        </>
      )}
      {overview.isError && (
        <div className="mt-4">
          <Failure
            document={documentOf(overview.error)}
            meaning="Nothing can be said of any pipeline until this is mended; what is billed stands as it is."
            onRetry={() => void overview.refetch()}
          />
        </div>
      )}
      {data !== undefined && !overview.isError && <NoPipelines />}
    </section>
  );
}

const EXAMPLE = `pipelines:
  edge:
    meters:
      cpu_seconds:
        template: interval_samples
        table: usage_samples
        columns:
          customer: org
          at: ts
          value: cpu
          interval: interval_s
          id: id`;

function NoPipelines() {
  return (
    <>
      <p className="mt-0.5 text-lead">No second measurement of any meter is set up.</p>
      <div className="mt-5 max-w-[760px]">
        <Empty title="Two pipelines, side by side">
          <p>
            A company that moves its metering runs the old pipeline and the new one at once. Name the new one in
            tieout.yaml, and Tieout compares the two hour by hour, says when they have agreed for long enough, and
            proves after the switch that nothing was billed twice or by nobody.
          </p>
          <div className="mt-4">
            <CodeBlock title="tieout.yaml" text={EXAMPLE} />
          </div>
        </Empty>
      </div>
    </>
  );
}

const VIEW_WORDS: Readonly<Record<View, string>> = {
  parity: 'Parity',
  rollup: 'Rollup',
  cutover: 'Cutover',
  reservation: 'Reservations',
};

type Beside =
  | { readonly kind: 'finding'; readonly row: RollupFinding }
  | { readonly kind: 'piece'; readonly row: SeamPiece };

function Chosen({
  overview,
  entry,
  search,
}: {
  overview: PipelinesOverview;
  entry: PipelineEntry;
  search: PipelinesSearch;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const present = usePresent();
  const [beside, setBeside] = useState<Beside | null>(null);
  const meter = entry.meters.find((each) => each.meter === search.meter) ?? entry.meters[0];
  const view = search.view ?? 'parity';
  const setSearch = useCallback(
    (next: PipelinesSearch, isReplacing = true) =>
      void navigate({ to: '/pipelines', search: next, replace: isReplacing }),
    [navigate],
  );
  const close = useCallback(() => {
    setBeside(null);
    setSearch(withPart(search, 'open', undefined));
    document.querySelector<HTMLElement>('[role="grid"]')?.focus({ preventScroll: true });
  }, [search, setSearch]);
  useShortcuts([
    { keys: '/', label: 'Search the table', run: () => searchBox.current?.focus() },
    ...VIEWS.map((each, index) => ({
      keys: String(index + 1),
      label: VIEW_WORDS[each],
      run: () => go(inView(search, each)),
    })),
    {
      keys: 'Escape',
      label: 'Close or clear the filters',
      run: () => (search.open === undefined && beside === null ? setSearch(withoutFilters(search)) : close()),
    },
  ]);
  const go = (next: PipelinesSearch): void => {
    setBeside(null);
    scroller.current?.scrollTo({ top: 0 });
    setSearch(next, false);
  };
  /** The other views are of all meters of the pipeline. */
  const isOfMeter = view === 'parity' || view === 'reservation';
  const isPulled = meter !== undefined && meter.pulled !== null;
  return (
    <div className="flex h-full min-w-0">
      <div ref={scroller} className="min-w-0 flex-1 overflow-y-auto overflow-x-hidden [scrollbar-gutter:stable]">
        <div className="@container px-6 pt-5">
          <div className="flex items-start gap-2">
            <div className="min-w-0 flex-1">
              <h1 className="text-title font-semibold tracking-[-0.01em]">Pipelines</h1>
              <p className="mt-0.5 text-lead">
                {isPulled
                  ? soakSentence(entry.pipeline, isOfMeter ? meter.soak : entry.soak)
                  : `${entry.pipeline} has not been pulled.`}
              </p>
            </div>
            {isOfMeter && entry.meters.length > 1 && meter !== undefined && (
              <OptionMenu
                label="Meter"
                value={meter.meter}
                options={entry.meters.map((each) => ({
                  value: each.meter,
                  label: meterLabel(each.meter),
                  note: each.soak.ready ? 'ready' : `${each.soak.cleanHours} of ${each.soak.requiredHours} clean hours`,
                }))}
                onChoose={(next) => go(withPart(withPart(inView(search, view), 'meter', next), 'hour', undefined))}
              />
            )}
            {overview.pipelines.length > 1 && (
              <OptionMenu
                label="Pipeline"
                value={entry.pipeline}
                options={overview.pipelines.map(({ pipeline, asOf }) => ({
                  value: pipeline,
                  label: pipeline,
                  note: asOf === null ? 'not pulled' : `pulled ${formatAge(asOf, present)}`,
                }))}
                onChoose={(next) => go(view === 'parity' ? { pipeline: next } : { pipeline: next, view })}
              />
            )}
          </div>
          <p className="mt-1 truncate text-table text-muted">
            <Sources entry={entry} meter={meter} isOfMeter={isOfMeter} now={present} />
          </p>
          <Views view={view} onChoose={(next) => go(inView(search, next))} />
        </div>
        <div role="tabpanel" id="pipeline-view" aria-labelledby={`pipeline-${view}`} className="@container px-6 pb-6">
          {!isPulled ? (
            <div className="mt-5">
              <Empty title={`Nothing of ${entry.pipeline} has been pulled`}>
                Pull a month: every pipeline that tieout.yaml names is pulled with it, hour by hour. Then it is compared
                with what bills today.
              </Empty>
            </div>
          ) : (
            <Pane
              view={view}
              entry={entry}
              meter={meter}
              now={Date.parse(overview.now)}
              search={search}
              searchBox={searchBox}
              scroller={scroller}
              beside={beside}
              onSearch={setSearch}
              onBeside={setBeside}
            />
          )}
        </div>
      </div>
      {isPulled && view === 'parity' && search.open !== undefined && (
        <ParityBeside
          entry={entry}
          meter={meter}
          now={Date.parse(overview.now)}
          search={search}
          open={search.open}
          onClose={close}
        />
      )}
      {beside?.kind === 'finding' && view === 'rollup' && <FindingDrawer finding={beside.row} onClose={close} />}
      {beside?.kind === 'piece' && view === 'cutover' && <PieceDrawer piece={beside.row} onClose={close} />}
    </div>
  );
}

type Meter = PipelineEntry['meters'][number];

function Sources({
  entry,
  meter,
  isOfMeter,
  now,
}: {
  entry: PipelineEntry;
  meter: Meter | undefined;
  isOfMeter: boolean;
  now: number;
}) {
  if (meter === undefined) return null;
  const what = isOfMeter
    ? `${meterLabel(meter.meter)} by ${templateWord(meter.template).toLowerCase()}, in ${meter.unit}`
    : entry.meters.map((each) => meterLabel(each.meter)).join(', ');
  const source = entry.ownSource ? '; from a ClickHouse of its own' : '';
  const pulled =
    meter.pulled === null || entry.asOf === null
      ? ''
      : `; ${formatPeriod(meter.pulled.from, meter.pulled.to)}, pulled ${formatClock(entry.asOf, now)} (${formatAge(entry.asOf, now)})`;
  return `${what}${source}${pulled}`;
}

/** The four questions about a pipeline; the arrow keys go from one to the next. */
function Views({ view, onChoose }: { view: View; onChoose: (view: View) => void }) {
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step === undefined ? undefined : VIEWS[VIEWS.indexOf(view) + step];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next);
    document.getElementById(`pipeline-${next}`)?.focus();
  };
  return (
    <div
      role="tablist"
      aria-label="Views of the pipeline"
      onKeyDown={onKeyDown}
      className="mt-4 flex gap-1 border-b border-line"
    >
      {VIEWS.map((each, index) => (
        <button
          key={each}
          type="button"
          role="tab"
          id={`pipeline-${each}`}
          aria-selected={each === view}
          aria-controls="pipeline-view"
          tabIndex={each === view ? 0 : -1}
          title={`${VIEW_WORDS[each]} (${index + 1})`}
          onClick={() => onChoose(each)}
          className="-mb-px flex h-8 items-center border-b-2 border-transparent px-2.5 font-medium text-muted hover:text-ink aria-selected:border-accent aria-selected:text-ink"
        >
          {VIEW_WORDS[each]}
        </button>
      ))}
    </div>
  );
}

const DAY_MS = 86_400_000;

/** The days that were asked for, up to the newest due hour; nothing where as many are shown as at first. */
function spanOf(
  { settings }: PipelineEntry,
  { days }: PipelinesSearch,
  now: number,
): { readonly from?: string; readonly to?: string } {
  if (days === undefined) return {};
  const to = newestDue(now, settings.graceSeconds);
  return { from: instantText(to - days * DAY_MS), to: instantText(to) };
}

type PaneProps = {
  readonly view: View;
  readonly entry: PipelineEntry;
  readonly meter: Meter;
  /** The present as the workspace sees it, ms. */
  readonly now: number;
  readonly search: PipelinesSearch;
  readonly searchBox: RefObject<HTMLInputElement | null>;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly beside: Beside | null;
  readonly onSearch: (search: PipelinesSearch, isReplacing?: boolean) => void;
  readonly onBeside: (beside: Beside) => void;
};

function Pane({ view, entry, meter, now, beside, onBeside, ...shared }: PaneProps) {
  const { search, searchBox, scroller, onSearch } = shared;
  switch (view) {
    case 'parity':
      return <Parity entry={entry} meter={meter} now={now} {...shared} />;
    case 'rollup':
      return (
        <RollupPane
          pipeline={entry.pipeline}
          search={search}
          open={beside?.kind === 'finding' ? beside.row : null}
          searchBox={searchBox}
          scroller={scroller}
          onSearch={onSearch}
          onOpen={(row) => onBeside({ kind: 'finding', row })}
        />
      );
    case 'cutover':
      return (
        <CutoverPane
          entry={entry}
          now={now}
          search={search}
          open={beside?.kind === 'piece' ? beside.row : null}
          searchBox={searchBox}
          scroller={scroller}
          onSearch={onSearch}
          onOpen={(row) => onBeside({ kind: 'piece', row })}
        />
      );
    case 'reservation':
      return <ReservationPane entry={entry} meter={meter.meter} search={search} onSearch={onSearch} />;
  }
}

function Parity({
  entry,
  meter,
  now,
  search,
  searchBox,
  scroller,
  onSearch,
}: Pick<PaneProps, 'entry' | 'meter' | 'now' | 'search' | 'searchBox' | 'scroller' | 'onSearch'>) {
  const parity = useParity({ pipeline: entry.pipeline, meter: meter.meter, ...spanOf(entry, search, now) });
  return <ParityPane parity={parity} search={search} searchBox={searchBox} scroller={scroller} onSearch={onSearch} />;
}

function ParityBeside({
  entry,
  meter,
  now,
  search,
  open,
  onClose,
}: {
  entry: PipelineEntry;
  meter: Meter;
  now: number;
  search: PipelinesSearch;
  open: string;
  onClose: () => void;
}) {
  const parity = useParity({ pipeline: entry.pipeline, meter: meter.meter, ...spanOf(entry, search, now) }).data;
  if (parity === undefined) return null;
  return (
    <ParityDrawer
      request={{ pipeline: entry.pipeline, meter: meter.meter, ...hoursOf(search, parity), customer: open }}
      tolerance={parity.settings.tolerance}
      onClose={onClose}
    />
  );
}
