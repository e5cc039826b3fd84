import type { LateCompleteness } from '../../../shared/contract/late-schemas.ts';
import { Quantity } from '../../components/figure.tsx';
import { MarkShape } from '../../components/verdict-mark.tsx';
import { signOfText, widestFraction } from '../../format/number.ts';
import { formatHour, formatMoment } from '../../format/time.ts';
import { meterLabel } from '../../format/words.ts';
import { basisShort, basisWords, isWhole, watermarkWords } from './late-view.ts';

/** Up to when the usage of each meter is complete, what is expected to come, and what both rest on. */
export function Completeness({ meters, end }: { meters: readonly LateCompleteness[]; end: string }) {
  const places = widestFraction(meters.map(({ expectedMissing }) => expectedMissing));
  const head = 'h-7 border-b border-line-strong px-1.5 font-medium whitespace-nowrap';
  return (
    <section aria-labelledby="completeness" className="min-w-0">
      <h2 id="completeness" className="mb-1 text-lead font-semibold">
        How complete usage is
      </h2>
      <div className="overflow-x-auto">
        <table className="w-full text-table">
          <caption className="sr-only">
            Up to when the usage of each meter is complete, and how much is expected to be missing
          </caption>
          <thead>
            <tr className="text-muted">
              <th scope="col" className={`${head} pl-0`}>
                Meter
              </th>
              <th scope="col" className={head}>
                Complete up to
              </th>
              <th scope="col" className={`${head} text-right`}>
                Still expected
              </th>
              <th scope="col" className={`${head} pr-0 pl-3`}>
                Learned from
              </th>
            </tr>
          </thead>
          <tbody>
            {meters.map((each) => (
              <MeterRow key={each.meter} completeness={each} end={end} places={places} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function MeterRow({ completeness, end, places }: { completeness: LateCompleteness; end: string; places: number }) {
  const { meter, unit, expectedMissing, asOf, allInFrom } = completeness;
  const upTo = watermarkWords(completeness, end);
  const isWholeMonth = isWhole(completeness, end);
  const isExpecting = signOfText(expectedMissing) !== 0;
  return (
    <tr className="[&>*]:border-b [&>*]:border-line [&>*]:py-[5px] [&>*]:align-top">
      <th
        scope="row"
        className="pr-1.5 font-medium whitespace-nowrap"
        {...(asOf === null ? {} : { title: `Pulled ${formatMoment(asOf)}` })}
      >
        {meterLabel(meter)}
      </th>
      <td className="tabular px-1.5 whitespace-nowrap">
        {upTo === null ? (
          <span className="flex items-center gap-1.5 text-incomplete">
            <MarkShape mark="hatched" tone="incomplete" />
            Unknown
          </span>
        ) : (
          <span className="flex items-center gap-1.5">
            {isWholeMonth ? <MarkShape mark="check" tone="agree" /> : <MarkShape mark="clock" tone="stale" />}
            {upTo}
          </span>
        )}
        {!isWholeMonth && allInFrom !== null && (
          <span className="block pl-5 text-label text-faint">all in from {formatHour(allInFrom)}</span>
        )}
      </td>
      <td className="px-1.5 text-right whitespace-nowrap">
        <Quantity text={expectedMissing} places={places} className={isExpecting ? 'font-medium' : 'text-faint'} />
        {isExpecting && <span className="block text-label text-faint">{unit}</span>}
      </td>
      <td className="pl-3 text-label whitespace-nowrap text-muted" title={basisWords(completeness)}>
        <span aria-hidden="true">{basisShort(completeness)}</span>
        <span className="sr-only">{basisWords(completeness)}</span>
      </td>
    </tr>
  );
}
