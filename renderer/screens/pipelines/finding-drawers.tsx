import type { ReactNode } from 'react';
import type { RollupFinding, SeamPiece } from '../../../shared/contract/pipelines-schemas.ts';
import { Quantity } from '../../components/figure.tsx';
import { formatMoney } from '../../format/money.ts';
import { formatCount, formatQuantity } from '../../format/number.ts';
import { EFFECT_WORDS, ROLLUP_WORDS, SEAM_WORDS } from '../../format/pipeline-words.ts';
import { formatInstantLong } from '../../format/time.ts';
import { meterLabel } from '../../format/words.ts';
import { MarkLabel } from './mark-label.tsx';
import { readable, whoOf } from './pipelines-view.ts';
import { SideDrawer } from './side-drawer.tsx';

/** One finding of the rollup beside the table, with everything that is known of it. */
export function FindingDrawer({ finding, onClose }: { finding: RollupFinding; onClose: () => void }) {
  const { kind, effect, customer, meter, unit, eventId, bucket, eventAt, sentence, money } = finding;
  return (
    <SideDrawer label="Finding" title={whoOf(finding)} hint={customer} note={ROLLUP_WORDS[kind].word} onClose={onClose}>
      <p className="text-lead">{readable(sentence)}</p>
      <p className="mt-1">
        <MarkLabel words={EFFECT_WORDS[effect]} />
      </p>
      <p className="mt-3 text-muted">{ROLLUP_WORDS[kind].meaning}</p>
      <Facts>
        <Fact word="Samples make">
          <Quantity text={finding.recomputed} />
        </Fact>
        <Fact word="Sent">
          <Quantity text={finding.sent} />
        </Fact>
        <Fact word="Held by Stripe">
          <Quantity text={finding.held} />
        </Fact>
        <Fact word="At stake">
          <span className="font-medium">
            {formatQuantity(finding.quantity)} {unit}
          </span>
        </Fact>
        <Fact word="Worth">{money === null ? 'no price is known' : formatMoney(money.amount, money.currency)}</Fact>
        <Fact word="Meter">
          <code className="font-mono text-table">{meter}</code>
        </Fact>
        <Fact word="Bucket">
          {formatInstantLong(bucket.from)} – {formatInstantLong(bucket.to)}
        </Fact>
        <Fact word="Stamped">{eventAt === null ? '–' : formatInstantLong(eventAt)}</Fact>
        <Fact word="Event id">
          {eventId === null ? '–' : <code className="font-mono text-table wrap-anywhere">{eventId}</code>}
        </Fact>
      </Facts>
    </SideDrawer>
  );
}

/** One gap or overlap of a seam beside the table. */
export function PieceDrawer({ piece, onClose }: { piece: SeamPiece; onClose: () => void }) {
  const { kind, customer, meter, unit, period, seconds, quantity, money } = piece;
  return (
    <SideDrawer
      label="Gap or overlap"
      title={whoOf(piece)}
      hint={customer}
      note={SEAM_WORDS[kind].word}
      onClose={onClose}
    >
      <p className="text-lead">
        {formatCount(seconds)} s of measured time {kind === 'gap' ? 'were billed by nobody' : 'were billed twice'}.
      </p>
      <p className="mt-1">
        <MarkLabel words={SEAM_WORDS[kind]} />
      </p>
      <p className="mt-3 text-muted">
        {kind === 'gap'
          ? 'Neither pipeline sent it. It can still be billed: as an event of the day on which it was used, while Stripe takes it, else as an invoice item.'
          : 'Both pipelines sent it. What Stripe holds cannot be taken back: it needs a credit.'}
      </p>
      <Facts>
        <Fact word="From">{formatInstantLong(period.from)}</Fact>
        <Fact word="To">{formatInstantLong(period.to)}</Fact>
        <Fact word="Meter">{meterLabel(meter)}</Fact>
        <Fact word="Quantity">
          {formatQuantity(quantity)} {unit}
        </Fact>
        <Fact word="Worth">{money === null ? 'no price is known' : formatMoney(money.amount, money.currency)}</Fact>
      </Facts>
    </SideDrawer>
  );
}

const Facts = ({ children }: { children: ReactNode }) => (
  <dl className="tabular mt-5 border-t border-line">{children}</dl>
);

function Fact({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline gap-4 border-b border-line py-1.5">
      <dt className="w-28 shrink-0 text-muted">{word}</dt>
      <dd className="min-w-0 flex-1">{children}</dd>
    </div>
  );
}
