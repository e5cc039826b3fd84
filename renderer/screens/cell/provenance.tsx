import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import type { CellDetail, CellRow } from '../../../shared/contract/schemas.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { evidenceWord } from '../../format/meter-words.ts';
import { formatMoment } from '../../format/time.ts';

/** Where the number came from: the query, the pull, the rows that were left out. */
export function Provenance({
  provenance,
  row,
  isOpen,
}: {
  provenance: CellDetail['provenance'];
  row: CellRow;
  isOpen: boolean;
}) {
  const { usage, stripe } = provenance;
  return (
    <details open={isOpen} className="group mt-6">
      <summary className="flex h-8 list-none items-center gap-1 border-b border-line font-semibold">
        <ChevronRight size={14} aria-hidden="true" className="group-open:rotate-90" />
        Where it came from
      </summary>
      <dl className="mt-2 text-table">
        <Fact word="Customer">{row.customer === null ? '–' : <Mono>{row.customer}</Mono>}</Fact>
        <Fact word="Usage ids">{row.usageIds.length === 0 ? '–' : <Mono>{row.usageIds.join(' ')}</Mono>}</Fact>
        {usage === null ? (
          <Fact word="Measured">not pulled</Fact>
        ) : (
          <>
            <Fact word="Measured">
              {usage.source}, {formatMoment(usage.pulledAt)}
            </Fact>
            <Fact word="Template">
              <Mono>{usage.template}</Mono>, scale <Mono>{usage.scale}</Mono>
              {usage.native !== null && (
                <>
                  , native <Mono>{usage.native}</Mono>
                </>
              )}
              {typeof usage.exact === 'string' && (
                <>
                  , billed <Mono>{usage.exact}</Mono>
                </>
              )}
            </Fact>
            {usage.evidence.map(({ key, value }) => (
              <Fact key={key} word={evidenceWord(key)}>
                <span className="tabular">{value}</span>
              </Fact>
            ))}
          </>
        )}
        {stripe === null ? (
          <Fact word="Metered">not pulled</Fact>
        ) : (
          <Fact word="Metered">
            <Mono>{stripe.eventName ?? '–'}</Mono> {stripe.formula !== null && `(${stripe.formula}) `}
            {stripe.meterId !== null && <Mono>{stripe.meterId}</Mono>}, {formatMoment(stripe.pulledAt)}
          </Fact>
        )}
      </dl>
      {usage !== null && (
        <div className="mt-2">
          <CodeBlock title="Query" text={usage.query} />
        </div>
      )}
    </details>
  );
}

const Mono = ({ children }: { children: ReactNode }) => (
  <code className="font-mono text-[11.5px] wrap-anywhere">{children}</code>
);

function Fact({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[112px_minmax(0,1fr)] gap-3 py-1">
      <dt className="text-muted">{word}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}
