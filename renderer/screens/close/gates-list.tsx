import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { CloseGate, CloseItemRow, CloseMonthView } from '../../../shared/contract/close-schemas.ts';
import { Button } from '../../components/button.tsx';
import { GateMark } from '../../components/gate-mark.tsx';
import { Prose } from '../../components/prose.tsx';
import { GATE_WORDS } from '../../format/close-words.ts';
import { formatCount, groupNumbersIn } from '../../format/number.ts';
import { meterLabel } from '../../format/words.ts';
import { NoteForm, type NoteSubject } from './note-form.tsx';

type Writing = {
  readonly key: string;
  readonly subject: NoteSubject;
  readonly about: string;
  readonly explains: number;
};

const NOBODY = { customer: null, usageId: null, meter: null };
const FIRST_SHOWN = 8;

/** The checklist: each gate with what was found, the evidence, and what to do. Nothing here can be ticked. */
export function GatesList({ close }: { close: CloseMonthView }) {
  const [writing, setWriting] = useState<Writing | null>(null);
  return (
    <ol className="border-t border-line">
      {close.gates.map((gate) => (
        <GateRow key={gate.gate} gate={gate} close={close} writing={writing} onWrite={setWriting} />
      ))}
    </ol>
  );
}

function GateRow({
  gate,
  close,
  writing,
  onWrite,
}: {
  gate: CloseGate;
  close: CloseMonthView;
  writing: Writing | null;
  onWrite: (writing: Writing | null) => void;
}) {
  const { month } = close;
  const { title } = GATE_WORDS[gate.gate];
  const items = close.items.filter((item) => item.gate === gate.gate);
  const isEditable = close.state !== 'locked';
  const openItems = items.filter(({ isExplained }) => !isExplained).length;
  const canExplain = isEditable && gate.isExplainable && gate.decision !== 'pass' && openItems > 1;
  return (
    <li className="border-b border-line py-2.5" data-gate={gate.gate}>
      <div className="flex items-start gap-3">
        <span className="pt-0.5">
          <GateMark decision={gate.decision} />
        </span>
        <div className="min-w-0 flex-1">
          <h3 className={gate.decision === 'pass' ? 'font-medium' : 'font-semibold'}>{title}</h3>
          <p className="wrap-anywhere text-muted">{groupNumbersIn(gate.detail)}</p>
          {gate.remedy !== null && isEditable && (
            <p className="mt-0.5 wrap-anywhere">
              <Prose text={gate.remedy} />
            </p>
          )}
        </div>
        <span className="flex shrink-0 items-center gap-2">
          <Evidence gate={gate.gate} month={month} />
          {canExplain && (
            <Button
              onClick={() =>
                onWrite({
                  key: gate.gate,
                  subject: { month, ...NOBODY, gate: gate.gate },
                  about: title,
                  explains: openItems,
                })
              }
            >
              Explain all…
            </Button>
          )}
        </span>
      </div>
      {writing?.key === gate.gate && (
        <div className="mt-3 ml-7">
          <NoteForm
            subject={writing.subject}
            about={writing.about}
            explains={writing.explains}
            onDone={() => onWrite(null)}
          />
        </div>
      )}
      {items.length > 0 && (
        <Items
          items={items}
          title={title}
          month={month}
          isEditable={isEditable && gate.isExplainable}
          writing={writing}
          onWrite={onWrite}
        />
      )}
    </li>
  );
}

function Items({
  items,
  title,
  month,
  isEditable,
  writing,
  onWrite,
}: {
  items: readonly CloseItemRow[];
  title: string;
  month: string;
  isEditable: boolean;
  writing: Writing | null;
  onWrite: (writing: Writing | null) => void;
}) {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? items : items.slice(0, FIRST_SHOWN);
  const more = items.length - shown.length;
  return (
    <ul aria-label={title} className="mt-2 ml-7 text-table">
      {shown.map((item) => (
        <li key={item.digest} className="border-t border-line py-1.5">
          <div className="flex items-baseline gap-3">
            <span className="min-w-0 flex-1 wrap-anywhere">
              <ItemName item={item} month={month} /> <span className="text-muted">{groupNumbersIn(item.sentence)}</span>
            </span>
            {item.isExplained ? (
              <span className="shrink-0 text-muted">explained</span>
            ) : (
              isEditable && (
                <Button
                  kind="quiet"
                  className="-my-1"
                  aria-label={`Explain ${itemName(item) ?? title}`}
                  onClick={() => onWrite(writingOf(item, month))}
                >
                  Explain…
                </Button>
              )
            )}
          </div>
          {writing?.key === item.digest && (
            <div className="mt-2 text-body">
              <NoteForm
                subject={writing.subject}
                about={writing.about}
                explains={writing.explains}
                onDone={() => onWrite(null)}
              />
            </div>
          )}
        </li>
      ))}
      {more > 0 && (
        <li className="border-t border-line pt-1.5">
          <Button kind="quiet" onClick={() => setAll(true)}>
            Show {formatCount(more)} more
          </Button>
        </li>
      )}
    </ul>
  );
}

const itemName = ({ name, customer, usageId, meter }: CloseItemRow): string | null => {
  const who = name ?? customer ?? usageId;
  const parts = [...(who === null ? [] : [who]), ...(meter === null ? [] : [meterLabel(meter)])];
  return parts.length === 0 ? null : parts.join(' · ');
};

/** A note on the cell, the customer or the meter that it is about, else on the gate. */
function writingOf(item: CloseItemRow, month: string): Writing {
  const { customer, usageId, meter, gate, digest } = item;
  const isNamed = customer !== null || usageId !== null || meter !== null;
  return {
    key: digest,
    subject: { month, customer, usageId: customer === null ? usageId : null, meter, gate: isNamed ? null : gate },
    about: itemName(item) ?? GATE_WORDS[gate].title,
    explains: 1,
  };
}

const LINK = 'font-medium hover:text-accent hover:underline';

function ItemName({ item, month }: { item: CloseItemRow; month: string }) {
  const name = itemName(item);
  if (name === null) return null;
  const { customer, usageId, meter } = item;
  if (item.at !== 'cell' || meter === null) return <bdi className="font-medium">{name}</bdi>;
  return (
    <Link to="/months/$month/cell" params={{ month }} search={{ customer, usageId, meter }} className={LINK}>
      <bdi>{name}</bdi>
    </Link>
  );
}

const EVIDENCE =
  'inline-flex h-7 items-center rounded-md px-2 font-medium whitespace-nowrap text-muted hover:bg-hover hover:text-ink';

/** Leads to the page that shows what the gate looks at. */
function Evidence({ gate, month }: { gate: CloseGate['gate']; month: string }) {
  switch (gate) {
    case 'pull_complete':
    case 'pull_recent':
      return (
        <Link to="/activity" className={EVIDENCE}>
          Pulls
        </Link>
      );
    case 'unconfigured_meters':
      return (
        <Link to="/settings" className={EVIDENCE}>
          Meters
        </Link>
      );
    case 'late_usage':
      return (
        <Link to="/late/$month" params={{ month }} search={{}} className={EVIDENCE}>
          Late usage
        </Link>
      );
    case 'engine_proof':
      return (
        <Link to="/proof" search={{ month }} className={EVIDENCE}>
          Proof
        </Link>
      );
    case 'invoices_aligned':
      return (
        <Link to="/invoices/$month" params={{ month }} search={{}} className={EVIDENCE}>
          Invoices
        </Link>
      );
    default:
      return (
        <Link
          to="/months/$month"
          params={{ month }}
          search={gate === 'structural_drift' ? { structural: true } : gate === 'incomplete_cells' ? INCOMPLETE : {}}
          className={EVIDENCE}
        >
          {gate === 'data_quality' ? 'Data quality' : 'Cells'}
        </Link>
      );
  }
}

const INCOMPLETE = { verdicts: ['incomplete', 'invalid'] } as const;
