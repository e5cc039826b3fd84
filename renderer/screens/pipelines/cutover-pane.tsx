import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type FormEvent, type RefObject, useEffect, useState } from 'react';
import type { PipelineEntry, SeamPiece } from '../../../shared/contract/pipelines-schemas.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { SkeletonRows } from '../../components/states.tsx';
import { useCutoverPlan } from '../../data/pipelines.ts';
import { formatHour } from '../../format/time.ts';
import { CutoverPlanView } from './cutover-plan.tsx';
import { cutoverExample, PaneFailure } from './pane-failure.tsx';
import { type PipelinesSearch, withPart } from './pipelines-search.ts';
import { instantText, soonest } from './pipelines-view.ts';
import { SeamSection } from './seam-section.tsx';

/** The switch: when, what stands against it, what to do in which order, and afterwards what it left. */
export function CutoverPane({
  entry,
  now,
  search,
  open,
  searchBox,
  scroller,
  onSearch,
  onOpen,
}: {
  entry: PipelineEntry;
  /** The present, ms. */
  now: number;
  search: PipelinesSearch;
  /** The gap or overlap beside the table. */
  open: SeamPiece | null;
  searchBox: RefObject<HTMLInputElement | null>;
  scroller: RefObject<HTMLDivElement | null>;
  onSearch: (search: PipelinesSearch, isReplacing?: boolean) => void;
  onOpen: (piece: SeamPiece) => void;
}) {
  const at = search.at ?? soonest(entry, now);
  const plan = useCutoverPlan({ pipeline: entry.pipeline, at });
  const choose = (next: string): void => onSearch(withPart({ ...search, view: 'cutover' }, 'at', next), false);
  return (
    <>
      <InstantForm at={at} entry={entry} now={now} onChoose={choose} />
      {plan.isError && (
        <PaneFailure
          error={plan.error}
          title="The switch is not described"
          meaning="Whether it is safe to switch cannot be said until this is mended: do not switch."
          example={cutoverExample(entry.pipeline)}
          onRetry={() => void plan.refetch()}
        />
      )}
      {plan.isPending && (
        <div className="mt-6">
          <SkeletonRows rows={9} label="Checking the cutover" />
        </div>
      )}
      {plan.data !== undefined && !plan.isError && (
        <>
          <CutoverPlanView plan={plan.data} onBoundary={choose} />
          <SeamSection
            pipeline={entry.pipeline}
            at={at}
            search={search}
            open={open}
            searchBox={searchBox}
            scroller={scroller}
            onSearch={onSearch}
            onOpen={onOpen}
          />
        </>
      )}
    </>
  );
}

const FIELD = 'h-7 rounded-md border border-line-strong bg-page px-2 hover:bg-hover aria-invalid:border-structural';

/** `2026-06-15T23:00:00Z` as the field has it: `2026-06-15 23:00`. */
const toField = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, at.endsWith(':00Z') ? 16 : 19)}`;

/** What is in the field as an instant; null where it is none. */
function fromField(text: string): string | null {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?Z?$/.exec(text.trim());
  if (match === null) return null;
  const at = `${match[1]}T${match[2]}${match[3] ?? ':00'}Z`;
  const ms = Date.parse(at);
  // 31 June is read as 1 July.
  return Number.isNaN(ms) || instantText(ms) !== at ? null : at;
}

const HOUR_MS = 3_600_000;

/** The bucket boundary before or after an instant. */
function besides(at: string, step: 1 | -1): string {
  const hours = Date.parse(at) / HOUR_MS;
  return instantText((step === 1 ? Math.floor(hours) + 1 : Math.ceil(hours) - 1) * HOUR_MS);
}

function InstantForm({
  at,
  entry,
  now,
  onChoose,
}: {
  at: string;
  entry: PipelineEntry;
  now: number;
  onChoose: (at: string) => void;
}) {
  const [text, setText] = useState(toField(at));
  useEffect(() => setText(toField(at)), [at]);
  const next = soonest(entry, now);
  const wanted = fromField(text);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (wanted !== null) onChoose(wanted);
  };
  return (
    <form
      onSubmit={submit}
      aria-label="Instant of the switch"
      className="mt-5 flex flex-wrap items-end gap-x-2 gap-y-2"
    >
      <label className="block">
        <span className="mb-1 block text-table font-medium text-muted">Switch at T, UTC</span>
        <input
          value={text}
          placeholder="2026-06-15 23:00"
          autoComplete="off"
          spellCheck={false}
          aria-invalid={wanted === null}
          onChange={(event) => setText(event.target.value)}
          className={`${FIELD} tabular w-[168px]`}
        />
      </label>
      <IconButton label="One bucket earlier" onClick={() => onChoose(besides(at, -1))}>
        <ChevronLeft size={15} aria-hidden="true" />
      </IconButton>
      <IconButton label="One bucket later" onClick={() => onChoose(besides(at, 1))}>
        <ChevronRight size={15} aria-hidden="true" />
      </IconButton>
      <Button type="submit" kind={wanted === at ? 'plain' : 'primary'} disabled={wanted === null}>
        Check
      </Button>
      <span className="ml-2 flex flex-wrap items-center gap-1.5">
        {next !== at && (
          <Button kind="quiet" onClick={() => onChoose(next)}>
            Soonest: {formatHour(next)}
          </Button>
        )}
        {entry.cutovers
          .filter((past) => past !== at)
          .slice(0, 3)
          .map((past) => (
            <Button key={past} kind="quiet" onClick={() => onChoose(past)}>
              Bills from: {formatHour(past)}
            </Button>
          ))}
      </span>
    </form>
  );
}
