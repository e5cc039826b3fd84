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
  return (
    <aside
      aria-label="Correction"
      className="drawer-in flex w-[clamp(460px,40vw,760px)] shrink-0 flex-col border-l border-line bg-page"
    >
      <div className="absolute z-10 flex gap-0.5 self-end p-3">
        <IconButton label="Close (esc)" onClick={onClose} className="bg-page">
          <X size={15} aria-hidden="true" />
        </IconButton>
      </div>
      <section
        aria-label="Details of the correction"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
        tabIndex={0}
        className="@container min-h-0 flex-1 overflow-y-auto px-5 pt-4 pb-8"
      >
        <Content key={`${correction.customer} ${correction.meter}`} correction={correction} />
      </section>
    </aside>
  );
}

function Content({ correction }: { correction: LateKey }) {
  const detail = useLateDetail(correction);
  const { data } = detail;
  if (detail.isError) {
    return (
      <div className="mt-10">
        <Failure
          document={documentOf(detail.error)}
          meaning="The list stands; only this correction cannot be shown."
          onRetry={() => void detail.refetch()}
        />
      </div>
    );
  }
  if (data === undefined) {
    return (
      <>
        <Skeleton width={220} height={20} />
        <span className="mt-3 block">
          <Skeleton width="80%" />
        </span>
        <span className="mt-8 block">
          <SkeletonRows rows={10} label="Loading the correction" />
        </span>
      </>
    );
  }
  const { row } = data;
  return (
    <>
      <h2 className="pr-10 text-title font-semibold tracking-[-0.01em] wrap-anywhere">
        <bdi>{customerOf(row)}</bdi>
      </h2>
      <p className="text-muted">{meterLabel(row.meter)}</p>
      <p className="mt-3 text-lead">{detailSentence(data)}</p>
      <DecisionPanel detail={data} />
      <Engines detail={data} />
      <Quantities detail={data} />
      <Runs detail={data} />
      <LateHours detail={data} />
      <DecisionHistory detail={data} />
    </>
  );
}
