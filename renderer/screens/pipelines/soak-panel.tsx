import type { ParityHourView, ParityView } from '../../../shared/contract/pipelines-schemas.ts';
import { Button } from '../../components/button.tsx';
import { HOUR_WORDS } from '../../format/pipeline-words.ts';
import { formatClock } from '../../format/time.ts';
import { plural } from '../../format/words.ts';
import { usePresent } from '../../frame/clock.ts';
import { countdown, hourWords, readable, soakHours } from './pipelines-view.ts';

/** How long the two have agreed, how long it still takes, and the hour that stands against it. */
export function SoakPanel({ parity, onHour }: { parity: ParityView; onHour: (hour: string) => void }) {
  const now = usePresent();
  const { soak, hours } = parity;
  const { ready, cleanHours, requiredHours, blockedAt, reason, detail, readyAt } = soak;
  return (
    <section aria-label="Soak" className="mt-5 rounded-lg border border-line px-4 py-3">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 className="text-lead font-semibold">Soak</h2>
        <p className="tabular">
          <span className={`text-lead font-semibold ${ready ? '' : 'text-structural'}`}>{cleanHours}</span>
          <span className="text-muted">
            {' '}
            of {requiredHours} clean {plural(requiredHours, 'hour')} in a row
          </span>
        </p>
        <p className="tabular ml-auto text-muted" role="timer">
          {ready ? (
            <>Ready since {formatClock(readyAt, now)}</>
          ) : (
            <>
              Ready <span className="font-medium text-ink">{countdown(readyAt, now)}</span> at the earliest, at{' '}
              {formatClock(readyAt, now)}
            </>
          )}
        </p>
      </div>
      <Strip hours={soakHours(hours, soak)} required={requiredHours} />
      {blockedAt !== null && !ready && (
        <p className="mt-2 flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">
            {hourWords(blockedAt)} {reason === 'missing_bucket' ? 'was not checked' : 'is not clean'}
          </span>
          {detail !== null && <span className="text-muted">{readable(detail)}</span>}
          {reason === 'drift' && (
            <Button kind="quiet" className="-my-1.5" onClick={() => onHour(blockedAt)}>
              Show its customers
            </Button>
          )}
        </p>
      )}
    </section>
  );
}

const SQUARES: Readonly<Record<ParityHourView['state'], string>> = {
  clean: 'bg-line-strong',
  drift: 'bg-structural',
  missing: 'hatched border border-line-strong',
};

/** A square for each hour that counts, oldest first. */
function Strip({ hours, required }: { hours: readonly ParityHourView[]; required: number }) {
  const clean = hours.filter(({ state }) => state === 'clean').length;
  return (
    <div
      role="img"
      aria-label={`${clean} of the newest ${required} hours are clean`}
      className="mt-2 flex h-4 gap-[3px]"
    >
      {hours.map(({ at, state }) => (
        <span
          key={at}
          title={`${hourWords(at)}: ${HOUR_WORDS[state].word.toLowerCase()}`}
          className={`min-w-0 flex-1 rounded-[2px] ${SQUARES[state]}`}
        />
      ))}
    </div>
  );
}
