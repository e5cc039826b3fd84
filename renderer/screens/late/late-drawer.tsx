import { X } from 'lucide-react';
import type { LateKey } from '../../../shared/contract/late-schemas.ts';
import { IconButton } from '../../components/button.tsx';
import { Failure, Skeleton, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useLateDetail } from '../../data/late.ts';
import { meterLabel } from '../../format/words.ts';
import { DecisionPanel } from './decision-panel.tsx';
import { Engines } from './engines.tsx';
import { DecisionHistory, LateHours, Quantities, Runs } from './evidence.tsx';
import { customerOf, detailSentence } from './late-view.ts';

/** One correction beside the table: what was original, what is corrected, by either engine, and what becomes of it. */
export function LateDrawer({ correction, onClose }: { correction: LateKey; onClose: () => void }) {
  const detail = useLateDetail(correction);
  const { data } = detail;
  return (
    <aside
      aria-label="Correction"
      className="drawer-in flex w-[clamp(460px,40vw,760px)] shrink-0 flex-col border-l border-line bg-page"
    >
      <header className="flex shrink-0 items-start gap-3 border-b border-line py-3 pr-3 pl-5">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-title font-semibold tracking-[-0.01em]">
            <bdi title={correction.customer}>{data === undefined ? correction.customer : customerOf(data.row)}</bdi>
          </h2>
          <p className="truncate text-muted">{meterLabel(correction.meter)}</p>
        </div>
        <IconButton label="Close (esc)" onClick={onClose}>
          <X size={15} aria-hidden="true" />
        </IconButton>
      </header>
      <section
        key={`${correction.customer} ${correction.meter}`}
        aria-label="Details of the correction"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
        tabIndex={0}
        className="@container min-h-0 flex-1 overflow-y-auto px-5 pt-3 pb-8"
      >
        {detail.isError && (
          <Failure
            document={documentOf(detail.error)}
            meaning="The list stands; only this correction cannot be shown."
            onRetry={() => void detail.refetch()}
          />
        )}
        {detail.isPending && (
          <>
            <Skeleton width="80%" />
            <span className="mt-8 block">
              <SkeletonRows rows={10} label="Loading the correction" />
            </span>
          </>
        )}
        {data !== undefined && !detail.isError && (
          <>
            <p className="text-lead">{detailSentence(data)}</p>
            <DecisionPanel detail={data} />
            <Engines detail={data} />
            <Quantities detail={data} />
            <Runs detail={data} />
            <LateHours detail={data} />
            <DecisionHistory detail={data} />
          </>
        )}
      </section>
    </aside>
  );
}
