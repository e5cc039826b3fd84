import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { CloseMonthView } from '../../../shared/contract/close-schemas.ts';
import { Button, Key } from '../../components/button.tsx';
import { MonthMenu } from '../../components/month-menu.tsx';
import { Failure, Skeleton } from '../../components/states.tsx';
import { useCloseMonth } from '../../data/close.ts';
import { documentOf } from '../../data/errors.ts';
import { useWorkspace } from '../../data/workspace.ts';
import { closeSentence, closeStateText, GATE_WORDS } from '../../format/close-words.ts';
import { formatMonth } from '../../format/time.ts';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { useTitle } from '../../frame/title.ts';
import { AuditList } from './audit-list.tsx';
import { ChangesTable } from './changes-table.tsx';
import { GatesList } from './gates-list.tsx';
import { NoteForm } from './note-form.tsx';
import { NotesList } from './notes-list.tsx';
import { SignPanel } from './sign-panel.tsx';

/** A month on its way to be locked: what must hold, who signed, what was written, and what was done. */
export function CloseScreen({ month }: { month: string }) {
  const close = useCloseMonth(month);
  const navigate = useNavigate();
  const months = useWorkspace().data?.months ?? [];
  const [isWriting, setWriting] = useState(false);
  useTitle(`Close ${formatMonth(month)}`);
  useShortcuts([
    { keys: 'n', label: 'Write a note', run: () => setWriting(true) },
    {
      keys: 'Escape',
      label: 'Back to the month',
      run: () => void navigate({ to: '/months/$month', params: { month }, search: {} }),
    },
  ]);
  const { data } = close;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
    <section aria-label="Close" tabIndex={0} className="h-full overflow-y-auto [scrollbar-gutter:stable]">
      <div className="@container px-6 pt-5 pb-12">
        <div className="flex items-start gap-4">
          <div className="min-w-0 flex-1">
            <h1 className="flex items-baseline gap-3 text-title font-semibold tracking-[-0.01em]">
              Close {formatMonth(month)}
              {data !== undefined && (
                <span className="text-body font-normal text-muted" data-close-state={data.state}>
                  {closeStateText(data)}
                </span>
              )}
            </h1>
            {data === undefined ? (
              !close.isError && (
                <span className="mt-0.5 flex h-[22px] items-center">
                  <Skeleton width={360} />
                </span>
              )
            ) : (
              <p className="mt-0.5 text-lead">{closeSentence(data)}</p>
            )}
          </div>
          <Link
            to="/months/$month"
            params={{ month }}
            search={{}}
            className="inline-flex h-7 items-center rounded-md border border-line-strong px-2.5 font-medium whitespace-nowrap hover:bg-hover"
          >
            The month
          </Link>
          <MonthMenu
            label="Month"
            month={month}
            months={[...months].reverse()}
            onChoose={(next) => {
              if (next !== null) void navigate({ to: '/months/$month/close', params: { month: next } });
            }}
          />
        </div>
        {close.isError && (
          <div className="mt-4">
            <Failure
              document={documentOf(close.error)}
              meaning="Whether the month can be closed cannot be said until this is mended; what was written and locked is kept."
              onRetry={() => void close.refetch()}
            />
          </div>
        )}
        {close.isPending && <CloseSkeleton />}
        {data !== undefined && <Content close={data} isWriting={isWriting} onWriting={setWriting} />}
      </div>
    </section>
  );
}

/** The gates, and beside them who signs. */
const COLUMNS = 'mt-5 grid items-start gap-x-10 gap-y-8 @min-[900px]:grid-cols-[minmax(0,1fr)_clamp(320px,28vw,440px)]';

function CloseSkeleton() {
  return (
    <div role="status" aria-label="Looking at the gates" className={COLUMNS}>
      <div>
        <span className="flex h-[30px] items-center">
          <Skeleton width={52} />
        </span>
        {Object.keys(GATE_WORDS).map((gate, place) => (
          <div key={gate} className="flex h-[57px] flex-col justify-center gap-2 border-t border-line pl-7">
            <Skeleton width={150 + ((place * 37) % 80)} />
            <Skeleton width={190 + ((place * 53) % 110)} height={10} />
          </div>
        ))}
      </div>
      <div>
        <span className="flex h-[30px] items-center">
          <Skeleton width={110} />
        </span>
        <Skeleton height={150} />
      </div>
    </div>
  );
}

function Content({
  close,
  isWriting,
  onWriting,
}: {
  close: CloseMonthView;
  isWriting: boolean;
  onWriting: (isWriting: boolean) => void;
}) {
  const { since, month, notes } = close;
  return (
    <>
      {since?.hasChanged === true && <ChangesTable month={month} since={since} />}
      <div className={COLUMNS}>
        <section aria-labelledby="gates" className="min-w-0">
          <h2 id="gates" className="mb-2 text-lead font-semibold">
            Gates
          </h2>
          <GatesList close={close} />
        </section>
        <div className="min-w-0 @min-[900px]:sticky @min-[900px]:top-5">
          <h2 className="mb-2 text-lead font-semibold">Sign-off and lock</h2>
          <SignPanel close={close} />
          <section aria-labelledby="notes" className="mt-7">
            <div className="mb-2 flex h-7 items-center justify-between">
              <h2 id="notes" className="text-lead font-semibold">
                Notes
              </h2>
              <Button onClick={() => onWriting(true)}>
                Write a note <Key>n</Key>
              </Button>
            </div>
            {isWriting && (
              <div className="mb-4">
                <NoteForm
                  subject={{ month, customer: null, usageId: null, meter: null, gate: null }}
                  about={`On ${formatMonth(month)}`}
                  explains={0}
                  onDone={() => onWriting(false)}
                />
              </div>
            )}
            {notes.length === 0 ? (
              <p className="text-muted">Nothing is written about this month yet.</p>
            ) : (
              <NotesList notes={notes} />
            )}
          </section>
        </div>
      </div>
      <AuditList audit={close.audit} />
    </>
  );
}
