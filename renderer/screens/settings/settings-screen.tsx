import { Link, useNavigate } from '@tanstack/react-router';
import { Plus, Search } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { MeterSetting, MeterSettingsList, StripeMeter } from '../../../shared/contract/meter-schemas.ts';
import { Button, Key } from '../../components/button.tsx';
import { Empty, Failure, Skeleton, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useMeterSettings } from '../../data/meters.ts';
import { formulaWords, templateWord } from '../../format/meter-words.ts';
import { formatCount } from '../../format/number.ts';
import { meterLabel, plural } from '../../format/words.ts';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { useTitle } from '../../frame/title.ts';
import { ReadOnly } from './read-only.tsx';
import { Secrets } from './secrets.tsx';
import { settingsSentence, toleranceText, unconfigured } from './settings-view.ts';

/** More meters than this are looked through by typing. */
const FEW_METERS = 12;
const LINK = 'inline-flex h-7 items-center gap-1.5 rounded-md px-2.5 font-medium';

/** The meters of the workspace, as tieout.yaml has them. */
export function SettingsScreen() {
  const settings = useMeterSettings();
  const navigate = useNavigate();
  const searchBox = useRef<HTMLInputElement>(null);
  useTitle('Settings');
  useShortcuts([
    { keys: 'a', label: 'Add a meter', run: () => void navigate({ to: '/settings/meter', search: {} }) },
    { keys: '/', label: 'Search meters', run: () => searchBox.current?.focus() },
  ]);
  const { data } = settings;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
    <section aria-label="Settings" tabIndex={0} className="h-full overflow-y-auto [scrollbar-gutter:stable]">
      <div className="@container px-6 pt-5 pb-12">
        <div className="flex items-start gap-4">
          <div className="min-w-0 flex-1">
            <h1 className="text-title font-semibold tracking-[-0.01em]">Settings</h1>
            {data === undefined ? (
              !settings.isError && (
                <span className="mt-0.5 flex h-[22px] items-center">
                  <Skeleton width={420} />
                </span>
              )
            ) : (
              <p className="mt-0.5 text-lead">{settingsSentence(data)}</p>
            )}
          </div>
          <Link to="/settings/appearance" className={`${LINK} border border-line-strong hover:bg-hover`}>
            Appearance
          </Link>
          <Link
            to="/settings/meter"
            search={{}}
            className={`${LINK} bg-accent-fill text-on-accent hover:bg-accent-fill-hover`}
          >
            <Plus size={13} aria-hidden="true" />
            Add a meter
            <kbd className="font-sans text-label opacity-80">a</kbd>
          </Link>
        </div>
        {settings.isError && (
          <div className="mt-4">
            <Failure
              document={documentOf(settings.error)}
              meaning="The meters cannot be shown until tieout.yaml can be read; figures that were computed before stand."
              onRetry={() => void settings.refetch()}
            />
          </div>
        )}
        {settings.isPending && (
          <div className="mt-6">
            <SkeletonRows rows={6} label="Reading the meters" />
          </div>
        )}
        {data !== undefined && (
          <>
            {data.readOnly !== null && <ReadOnly because={data.readOnly} />}
            <Meters settings={data} searchBox={searchBox} />
            <StripeOnly meters={unconfigured(data.stripeMeters)} />
            <Secrets />
          </>
        )}
      </div>
    </section>
  );
}

function Meters({
  settings,
  searchBox,
}: {
  settings: MeterSettingsList;
  searchBox: React.RefObject<HTMLInputElement | null>;
}) {
  const [text, setText] = useState('');
  const { meters } = settings;
  const wanted = text.trim().toLowerCase();
  const shown = meters.filter(({ key, draft }) =>
    `${key} ${meterLabel(key)} ${draft.unit} ${draft.stripe.value} ${draft.usage.table}`.toLowerCase().includes(wanted),
  );
  if (meters.length === 0) {
    return (
      <div className="mt-6">
        <Empty
          title="No meter is configured"
          action={
            <Link to="/settings/meter" search={{}} className={`${LINK} border border-line-strong hover:bg-hover`}>
              Add a meter
            </Link>
          }
        >
          A meter says where usage is measured and which meter of Stripe holds it. Nothing can be tied out without one.
        </Empty>
      </div>
    );
  }
  return (
    <section aria-labelledby="meters">
      <div className="mt-6 mb-1 flex h-8 items-center gap-4">
        <h2 id="meters" className="text-lead font-semibold">
          Meters
        </h2>
        {meters.length > FEW_METERS && (
          <span className="relative">
            <Search size={13} aria-hidden="true" className="absolute top-2 left-2 text-faint" />
            <input
              ref={searchBox}
              type="search"
              value={text}
              aria-label="Search meters"
              placeholder="Meter, unit or table"
              onChange={(event) => setText(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Escape') setText('');
                if (event.key === 'ArrowDown') document.querySelector<HTMLElement>('[data-meter]')?.focus();
              }}
              className="h-7 w-[240px] rounded-md border border-line-strong bg-page pr-7 pl-7 placeholder:text-faint [&::-webkit-search-cancel-button]:hidden"
            />
            {text === '' && (
              <span className="pointer-events-none absolute top-[5px] right-1.5">
                <Key>/</Key>
              </span>
            )}
          </span>
        )}
        {wanted !== '' && (
          <span className="tabular text-table text-muted" aria-live="polite">
            {formatCount(shown.length)} of {formatCount(meters.length)} {plural(meters.length, 'meter')}
          </span>
        )}
      </div>
      {shown.length === 0 ? (
        <Empty title="No meter by that name" action={<Button onClick={() => setText('')}>Show all meters</Button>}>
          {formatCount(meters.length)} {plural(meters.length, 'meter')} {plural(meters.length, 'is', 'are')} hidden.
        </Empty>
      ) : (
        <MetersTable meters={shown} />
      )}
    </section>
  );
}

const HEAD = 'h-8 border-b border-line-strong px-1.5 font-medium whitespace-nowrap';
const CELL = 'h-(--row) border-b border-line px-1.5';

function MetersTable({ meters }: { meters: readonly MeterSetting[] }) {
  return (
    <table className="w-full table-fixed text-table" onKeyDown={moveAlong}>
      <caption className="sr-only">Meters of tieout.yaml. Arrow keys or j and k move, Enter opens.</caption>
      <thead className="text-muted">
        <tr>
          <th scope="col" className={`${HEAD} w-[17%]`}>
            Meter
          </th>
          <th scope="col" className={`${HEAD} w-[11%]`}>
            Unit
          </th>
          <th scope="col" className={`${HEAD} w-[14%]`}>
            Measured by
          </th>
          <th scope="col" className={HEAD}>
            Meter in Stripe
          </th>
          <th scope="col" className={`${HEAD} hidden w-[13%] @min-[1000px]:table-cell`}>
            Scale
          </th>
          <th scope="col" className={`${HEAD} hidden w-[88px] @min-[1000px]:table-cell`}>
            Tolerance
          </th>
          <th scope="col" className={`${HEAD} w-[56px] text-right`}>
            Cases
          </th>
          <th scope="col" className={`${HEAD} w-[64px]`}>
            <span className="sr-only">Health</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {meters.map((meter) => (
          <MeterRow key={meter.key} meter={meter} />
        ))}
      </tbody>
    </table>
  );
}

function MeterRow({ meter }: { meter: MeterSetting }) {
  const { key, draft, stripe, scale, tolerance, cases } = meter;
  return (
    <tr className="hover:bg-hover">
      <th scope="row" className={CELL}>
        <Link
          to="/settings/meter"
          search={{ key }}
          data-meter=""
          title={key}
          className="block truncate font-medium hover:text-accent"
        >
          {meterLabel(key)}
        </Link>
      </th>
      <td className={`${CELL} truncate text-muted`} title={draft.unit}>
        {draft.unit === '' ? 'units' : draft.unit}
      </td>
      <td className={`${CELL} truncate`} title={draft.usage.table}>
        {templateWord(draft.usage.template)}
      </td>
      <td className={`${CELL} truncate`} title={draft.stripe.value}>
        <code className="font-mono text-label">{draft.stripe.value}</code>
        {stripe === null ? (
          <span className="pl-2 text-label text-faint">not pulled</span>
        ) : (
          <span className={`pl-2 text-label ${stripe.isActive ? 'text-faint' : 'text-structural'}`}>
            {stripe.isActive ? formulaWords(stripe.formula) : 'inactive'}
          </span>
        )}
      </td>
      <td className={`${CELL} hidden truncate @min-[1000px]:table-cell`} title={scale}>
        <code className="font-mono text-label">{scale}</code>
      </td>
      <td className={`${CELL} tabular hidden truncate text-muted @min-[1000px]:table-cell`}>
        {toleranceText(tolerance)}
      </td>
      <td className={`${CELL} tabular text-right ${cases === 0 ? 'text-faint' : ''}`}>{cases ?? '–'}</td>
      <td className={`${CELL} text-right`}>
        <Link to="/meter" search={{ key }} className="text-accent hover:underline">
          Health<span className="sr-only"> of {meterLabel(key)}</span>
        </Link>
      </td>
    </tr>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };

/** From one meter to the next with the arrow keys. */
function moveAlong(event: KeyboardEvent<HTMLTableElement>): void {
  const step = STEPS[event.key];
  if (step === undefined || event.altKey || event.metaKey || event.ctrlKey) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-meter]')];
  const place = links.findIndex((link) => link.closest('tr')?.contains(document.activeElement) === true);
  const next = links[Math.max(0, Math.min(links.length - 1, place + step))];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

/** Meters that Stripe has and tieout.yaml does not name: nothing is compared with them. */
function StripeOnly({ meters }: { meters: readonly StripeMeter[] }) {
  if (meters.length === 0) return null;
  return (
    <section aria-labelledby="stripe-only" className="mt-8">
      <h2 id="stripe-only" className="text-lead font-semibold">
        In Stripe alone
      </h2>
      <p className="mb-1 text-muted">Whatever is billed by these is compared with no measurement.</p>
      <ul className="border-t border-line-strong">
        {meters.map((meter) => (
          <li key={meter.id} className="flex h-9 items-center gap-3 border-b border-line px-1.5 text-table">
            <span className="min-w-0 truncate font-medium">{meter.displayName}</span>
            <code className="min-w-0 truncate font-mono text-label">{meter.eventName}</code>
            <span className="text-label whitespace-nowrap text-faint">{formulaWords(meter.formula)}</span>
            <span className="flex-1" />
            <Link
              to="/settings/meter"
              search={{ eventName: meter.eventName }}
              aria-label={`Add ${meter.displayName}`}
              className={`${LINK} border border-line-strong hover:bg-hover`}
            >
              Add
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
