import { RefreshCw } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Failure } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { isRunning, useJobs, usePull } from '../../data/jobs.ts';
import { useMonthsMatrix } from '../../data/months.ts';
import { useWorkspace } from '../../data/workspace.ts';
import { formatMonth, shiftMonth } from '../../format/time.ts';
import { meterLabel } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';

const MONTHS_OFFERED = 24;

/** What to pull: a month, all meters or some, and how much detail. */
export function PullForm() {
  const workspace = useWorkspace().data;
  const jobs = useJobs().data ?? [];
  const newest = useMonthsMatrix().data?.months.findLast(({ state }) => state !== 'empty')?.month;
  const pull = usePull();
  const announce = useAnnounce();
  const [chosen, setChosen] = useState<string | null>(null);
  const [meters, setMeters] = useState<readonly string[]>([]);
  const [isSkippingIdle, setSkippingIdle] = useState(false);
  const [isAllHours, setAllHours] = useState(false);
  const [slice, setSlice] = useState<{ readonly from: string; readonly to: string } | null>(null);
  if (workspace === undefined || workspace === null) return null;
  const month = chosen ?? newest ?? workspace.currentMonth;
  const months = Array.from({ length: MONTHS_OFFERED }, (_, index) => shiftMonth(workspace.currentMonth, -index));
  const isBusy = jobs.some((job) => job.kind === 'pull' && isRunning(job));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    pull.mutate(
      {
        month,
        ...(meters.length === 0 ? {} : { meters: [...meters] }),
        ...(isSkippingIdle ? { skipIdle: true } : {}),
        ...(isAllHours ? { hourly: 'all' as const } : {}),
        ...(slice === null ? {} : { slice: { from: asInstant(slice.from), to: asInstant(slice.to) } }),
      },
      { onSuccess: () => announce(`Pull of ${formatMonth(month)} has started.`) },
    );
  };
  return (
    <section aria-labelledby="pull">
      <h2 id="pull" className="mb-2 text-lead font-semibold">
        Pull
      </h2>
      <form onSubmit={submit} className="space-y-3 border-t border-line pt-3">
        <label className="flex items-center gap-3">
          <span className="w-16 text-muted">Month</span>
          <select
            value={month}
            onChange={(event) => {
              setChosen(event.target.value);
              if (slice !== null) setSlice(firstHour(event.target.value));
            }}
            className="h-7 rounded-md border border-line-strong bg-page px-2"
          >
            {months.map((option) => (
              <option key={option} value={option}>
                {formatMonth(option)}
              </option>
            ))}
          </select>
        </label>
        <fieldset className="flex items-start">
          <legend className="float-left w-[76px] pt-1 text-muted">
            Meters
            {meters.length === 0 && <span className="block text-label text-faint">all of them</span>}
          </legend>
          <div className="flex flex-wrap gap-1.5">
            {workspace.meters.map(({ key }) => {
              const isOn = meters.includes(key);
              return (
                <button
                  key={key}
                  type="button"
                  aria-pressed={isOn}
                  onClick={() => setMeters(isOn ? meters.filter((meter) => meter !== key) : [...meters, key])}
                  className={`h-7 rounded-md border px-2 ${isOn ? 'border-accent bg-selected text-ink' : 'border-line-strong text-muted hover:bg-hover'}`}
                >
                  {meterLabel(key)}
                </button>
              );
            })}
          </div>
        </fieldset>
        <div className="space-y-1.5 pl-[76px]">
          <Option
            isOn={slice !== null}
            onChange={(isOn) => setSlice(isOn ? firstHour(month) : null)}
            word="Some hours only"
            note="Computes them anew from ClickHouse, such as after late rows; Stripe is not asked."
          />
          {slice !== null && (
            <span className="flex flex-wrap items-center gap-2 pl-[21px]">
              <HourField label="From" value={slice.from} onChange={(from) => setSlice({ ...slice, from })} />
              <HourField label="to" value={slice.to} onChange={(to) => setSlice({ ...slice, to })} />
              <span className="text-table text-faint">UTC</span>
            </span>
          )}
          <Option
            isOn={isAllHours}
            onChange={setAllHours}
            word="Every hour of every cell"
            note="Slower: by default hours are asked for only where totals differ."
          />
          <Option
            isOn={isSkippingIdle}
            onChange={setSkippingIdle}
            word="Skip idle customers"
            note="Leaves out customers with neither usage nor a subscription."
          />
        </div>
        <div className="pl-[76px]">
          <Button
            type="submit"
            kind="primary"
            disabled={isBusy || pull.isPending}
            icon={<RefreshCw size={13} aria-hidden="true" />}
          >
            Pull {formatMonth(month)}
          </Button>
          {isBusy && <span className="pl-3 text-table text-muted">A pull is running.</span>}
        </div>
        {pull.isError && (
          <Failure document={documentOf(pull.error)} meaning="Nothing was pulled; what was there is as it was." />
        )}
      </form>
    </section>
  );
}

const firstHour = (month: string) => ({ from: `${month}-01 00:00`, to: `${month}-01 01:00` });
const asInstant = (hour: string): string => `${hour.trim().replace(' ', 'T')}Z`;

/** A whole hour as text, in UTC: the picker of a browser speaks of AM and PM where its language does. */
function HourField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <label className="flex items-center gap-2">
      <span className="text-muted">{label}</span>
      <input
        type="text"
        required
        size={16}
        pattern=" *\d{4}-\d\d-\d\d \d\d:00 *"
        title="A whole hour in UTC, such as 2026-05-14 03:00"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="tabular h-7 rounded-md border border-line-strong bg-page px-2"
      />
    </label>
  );
}

function Option({
  isOn,
  onChange,
  word,
  note,
}: {
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  word: string;
  note: string;
}) {
  return (
    <label className="flex items-baseline gap-2">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => onChange(event.target.checked)}
        className="translate-y-[2px] accent-(--accent-fill)"
      />
      {word}
      <span className="text-table text-faint">{note}</span>
    </label>
  );
}
