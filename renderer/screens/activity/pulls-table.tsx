import type { PullRecord } from '../../../shared/contract/schemas.ts';
import { formatCount } from '../../format/number.ts';
import { formatClock, formatMonth } from '../../format/time.ts';
import { meterLabel, PULL_STATE_WORDS } from '../../format/words.ts';
import { usePresent } from '../../frame/clock.ts';

const SOURCES = { clickhouse: 'ClickHouse', stripe: 'Stripe' } as const;

/** Each pull of one meter, month and source, newest first. */
export function PullsTable({ pulls }: { pulls: readonly PullRecord[] }) {
  const now = usePresent();
  const head = 'h-8 px-2 font-medium border-b border-line-strong';
  return (
    <table className="w-full text-table">
      <caption className="sr-only">Past pulls, newest first</caption>
      <thead>
        <tr className="text-muted">
          <th scope="col" className={`${head} pl-0`}>
            Month
          </th>
          <th scope="col" className={head}>
            Meter
          </th>
          <th scope="col" className={head}>
            Source
          </th>
          <th scope="col" className={head}>
            State
          </th>
          <th scope="col" className={`${head} text-right`}>
            Rows
          </th>
          <th scope="col" className={`${head} text-right`}>
            Requests
          </th>
          <th scope="col" className={`${head} pr-0 text-right`}>
            Finished
          </th>
        </tr>
      </thead>
      <tbody>
        {pulls.map((pull) => (
          <tr key={pull.id} className="[&>*]:border-b [&>*]:border-line">
            <th scope="row" className="h-(--row) pr-2 whitespace-nowrap">
              {formatMonth(pull.month)}
            </th>
            <td className="px-2 whitespace-nowrap">{meterLabel(pull.meter)}</td>
            <td className="px-2">{SOURCES[pull.source]}</td>
            <td className={`px-2 whitespace-nowrap ${pull.state === 'failed' ? 'text-structural' : 'text-muted'}`}>
              {PULL_STATE_WORDS[pull.state]}
              {pull.isInForce && <span className="text-faint"> · in force</span>}
            </td>
            <td className="tabular px-2 text-right">{formatCount(pull.rows)}</td>
            <td className="tabular px-2 text-right">{formatCount(pull.requests)}</td>
            <td className="tabular text-right whitespace-nowrap text-muted">
              {pull.finishedAt === null ? '–' : formatClock(pull.finishedAt, now)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
