import type { AuditRecord } from '../../../shared/contract/close-schemas.ts';
import { GateMark } from '../../components/gate-mark.tsx';
import { useVerification } from '../../data/close.ts';
import { shortHash } from '../../format/close-words.ts';
import { formatCount } from '../../format/number.ts';
import { formatMoment, formatMonth } from '../../format/time.ts';

/** What was done, newest first, and whether the log is whole. @param hasMonths whether it is of more than one month */
export function AuditList({ audit, hasMonths = false }: { audit: readonly AuditRecord[]; hasMonths?: boolean }) {
  return (
    <section aria-labelledby="audit" className="mt-8">
      <h2 id="audit" className="text-lead font-semibold">
        Audit log
      </h2>
      <VerifyState />
      {audit.length === 0 ? (
        <p className="mt-2 text-muted">
          Nobody has written, signed or locked anything{hasMonths ? ' yet' : ' of this month'}.
        </p>
      ) : (
        <table className="mt-2 w-full text-table">
          <caption className="sr-only">What was done, newest first</caption>
          <thead className="text-muted">
            <tr>
              <th scope="col" className={`${HEAD} pr-4`}>
                When
              </th>
              <th scope="col" className={`${HEAD} pr-4`}>
                Who
              </th>
              {hasMonths && (
                <th scope="col" className={`${HEAD} pr-4`}>
                  Month
                </th>
              )}
              <th scope="col" className={`${HEAD} pr-4`}>
                What
              </th>
              <th scope="col" className={HEAD}>
                Hash
              </th>
            </tr>
          </thead>
          <tbody>
            {audit.map(({ seq, at, actor, month, sentence, hash }) => (
              <tr key={seq}>
                <td className={`${CELL} tabular pr-4 whitespace-nowrap text-muted`}>{formatMoment(at)}</td>
                <th scope="row" className={`${CELL} pr-4 wrap-anywhere`}>
                  <bdi>{actor}</bdi>
                </th>
                {hasMonths && (
                  <td className={`${CELL} pr-4 whitespace-nowrap`}>{month === null ? '' : formatMonth(month)}</td>
                )}
                <td className={`${CELL} pr-4 wrap-anywhere`}>{sentence}</td>
                <td className={`${CELL} font-mono text-label text-muted`} title={hash}>
                  {shortHash(hash)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const HEAD = 'h-8 border-b border-line-strong font-medium whitespace-nowrap';
const CELL = 'h-(--row) border-b border-line py-1 align-top';

/** Every entry holds the hash of the one before: an edit by hand shows, and which. */
function VerifyState() {
  const { data } = useVerification();
  if (data === undefined) return <p className="mt-0.5 h-[18px]" />;
  const entries = data.checked['audit entries'] ?? 0;
  if (data.ok && entries === 0) return null;
  if (data.ok) {
    return (
      <p className="mt-0.5 flex items-center gap-1.5 text-muted">
        <GateMark decision="pass" />
        {`${formatCount(entries)} entries, notes, names and locks are as they were written.`}
      </p>
    );
  }
  return (
    <div role="alert" className="mt-1 rounded-md bg-structural-wash px-3 py-2">
      <p className="flex items-center gap-1.5 font-semibold text-structural">
        <GateMark decision="blocked" />
        Something was changed by hand
      </p>
      <ul className="mt-1 space-y-0.5">
        {data.problems.slice(0, 20).map(({ path, message }) => (
          <li key={`${path} ${message}`}>
            <code className="font-mono text-label">{path}</code> {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
