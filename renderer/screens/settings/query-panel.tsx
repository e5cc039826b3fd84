import type { MeterPreview } from '../../../shared/contract/meter-schemas.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { Skeleton } from '../../components/states.tsx';
import { formatHour } from '../../format/time.ts';
import { meterLabel } from '../../format/words.ts';
import { Panel } from './panel.tsx';
import { errorsOf } from './settings-view.ts';

/** A bound number of milliseconds, as an instant. */
function Instant({ name, value }: { name: string; value: string }) {
  const isInstant = name.endsWith('_ms') && /^\d{12,14}$/.test(value);
  if (!isInstant) return null;
  const text = new Date(Number(value)).toISOString();
  return <span className="pl-3 font-sans text-faint">{formatHour(text)} UTC</span>;
}

/** The query that a pull would send, and what is bound to it. */
export function QueryPanel({ preview }: { preview: MeterPreview | undefined }) {
  return (
    <Panel title="Query" note="As a pull sends it. Values are bound, never written into the text.">
      {preview === undefined ? <Skeleton height={200} /> : <Query preview={preview} />}
    </Panel>
  );
}

function Query({ preview }: { preview: MeterPreview }) {
  const { query, problems } = preview;
  if (query === null) {
    const elsewhere = errorsOf(problems).filter(({ field }) => field === null);
    return (
      <div className="rounded-md border border-dashed border-line-strong px-4 py-5 text-muted">
        <p>The query is shown as soon as nothing is missing.</p>
        {elsewhere.map(({ message, path }) => (
          <p key={message} className="mt-1 text-structural">
            {path !== null && <code className="mr-1 font-mono text-label">{path}</code>}
            {message}
          </p>
        ))}
      </div>
    );
  }
  return (
    <>
      <CodeBlock title="ClickHouse SQL" text={query.sql} maxHeight={300} />
      <table className="mt-2 w-full table-fixed text-table">
        <caption className="sr-only">Parameters that are bound to the query</caption>
        <thead className="text-muted">
          <tr>
            <th scope="col" className="h-7 w-[30%] border-b border-line-strong px-1.5 font-medium">
              Bound
            </th>
            <th scope="col" className="w-[28%] border-b border-line-strong px-1.5 font-medium">
              Type
            </th>
            <th scope="col" className="border-b border-line-strong px-1.5 font-medium">
              Value
            </th>
          </tr>
        </thead>
        <tbody className="font-mono text-label">
          {query.parameters.map(({ name, type, value }) => (
            <tr key={name}>
              <th scope="row" className="h-7 truncate border-b border-line px-1.5">
                {name}
              </th>
              <td className="truncate border-b border-line px-1.5 text-muted">{type}</td>
              <td className="truncate border-b border-line px-1.5" title={value}>
                {value}
                <Instant name={name} value={value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-2 text-label text-faint">
        Columns are taken to be of the usual types here; a dry run shows the query for the types that they have.
        {query.sharedWith.length > 0 &&
          ` A pull reads it in one scan with ${query.sharedWith.map(meterLabel).join(', ')}.`}
      </p>
    </>
  );
}
