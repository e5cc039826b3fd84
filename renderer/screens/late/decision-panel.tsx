import { useState } from 'react';
import type { LateDecideRequest, LateDecision, LateDetail } from '../../../shared/contract/late-schemas.ts';
import { Button, Key } from '../../components/button.tsx';
import { LateStateLabel } from '../../components/late-mark.tsx';
import { Prose } from '../../components/prose.tsx';
import { Failure } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useDecideLate } from '../../data/late.ts';
import { DECISION_WORDS } from '../../format/late-words.ts';
import { formatAmount, formatMoney } from '../../format/money.ts';
import { signOfText } from '../../format/number.ts';
import { formatMoment } from '../../format/time.ts';
import { meterLabel } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { knownAuthor, rememberAuthor } from '../../frame/author.ts';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { DecisionForm } from './decision-form.tsx';
import { customerOf, worthOf } from './late-view.ts';

/** A decision that somebody is about to make. */
export type Intent = Exclude<LateDecision, 'undecided'>;
export type Signed = Pick<LateDecideRequest, 'note' | 'author' | 'engine'>;

/** What became of the correction, and what can become of it. */
export function DecisionPanel({ detail }: { detail: LateDetail }) {
  const { row } = detail;
  const [intent, setIntent] = useState<Intent | null>(null);
  const { decide, error, isPending } = useDecision(detail);
  const canDecide = row.state !== 'incomplete' && signOfText(row.correction) !== 0;
  const isTaken = row.decision !== null && row.state !== 'invoiced';

  const choose = (next: Intent): void => {
    if (!canDecide || isPending) return;
    if (next === 'carry_forward' && knownAuthor() !== '') decide(next, { note: '', author: knownAuthor() });
    else setIntent(next);
  };
  const close = (): void => {
    setIntent(null);
    focusRows();
  };
  useShortcuts(
    [
      { keys: 'f', label: 'Carry the correction forward', run: () => choose('carry_forward') },
      { keys: 'w', label: 'Waive the correction', run: () => choose('waive') },
      { keys: 'm', label: 'Mark the correction as invoiced', run: () => choose('invoiced') },
    ],
    'panel',
  );

  return (
    <section aria-label="Decision" className="mt-4 rounded-lg border border-line bg-raised px-4 py-3">
      <div className="flex min-h-7 items-center justify-between gap-3">
        <span className="font-medium">
          <LateStateLabel state={row.state} />
        </span>
        {row.correction !== null && (
          <span className="tabular text-lead font-semibold">{formatMoney(worthOf(row), row.currency, true)}</span>
        )}
      </div>
      {row.problem !== null && (
        <p className="mt-1">
          <Prose text={row.problem.message} />{' '}
          {row.problem.remedy !== undefined && (
            <span className="text-muted">
              <Prose text={row.problem.remedy} />
            </span>
          )}
        </p>
      )}
      {row.decision !== null && (
        <div className="mt-1">
          {row.decision.note !== '' && <p className="wrap-anywhere">“{row.decision.note}”</p>}
          <p className="text-table text-muted">
            {DECISION_WORDS[row.decision.decision]} by {row.decision.author}, {formatMoment(row.decision.at)}
            {!row.decision.isCurrent && '. Other usage has arrived since'}
          </p>
        </div>
      )}
      {row.state === 'nothing_due' && (
        <p className="mt-1 text-muted">The usage that arrived late changes no amount, so nothing has to be decided.</p>
      )}
      {signOfText(row.invoiced) !== 0 && row.state !== 'invoiced' && (
        <p className="mt-1 text-muted">
          {formatMoney(row.invoiced, row.currency, true)} was invoiced before; this is what came on top.
        </p>
      )}
      {error !== null && (
        <div className="mt-3">
          <Failure document={documentOf(error)} meaning="Nothing was decided." />
        </div>
      )}
      {canDecide && intent === null && (
        <div className="mt-3 flex flex-wrap gap-2">
          {row.state !== 'carried_forward' && (
            <Button kind="primary" disabled={isPending} onClick={() => choose('carry_forward')}>
              Carry forward
              <kbd className="font-sans text-label opacity-80">f</kbd>
            </Button>
          )}
          {row.state !== 'waived' && (
            <Button disabled={isPending} onClick={() => choose('waive')}>
              Waive… <Key>w</Key>
            </Button>
          )}
          <Button disabled={isPending} onClick={() => choose('invoiced')}>
            Mark as invoiced… <Key>m</Key>
          </Button>
          {isTaken && (
            <Button
              kind="quiet"
              disabled={isPending}
              onClick={() => decide('undecided', { note: '', author: knownAuthor() || (row.decision?.author ?? '') })}
            >
              Take back
            </Button>
          )}
        </div>
      )}
      {canDecide && intent !== null && (
        <DecisionForm
          key={intent}
          intent={intent}
          amount={formatAmount(row.correction, row.currency, true)}
          isPending={isPending}
          onCancel={close}
          onDecide={(signed) => {
            rememberAuthor(signed.author);
            decide(intent, signed);
            close();
          }}
        />
      )}
    </section>
  );
}

/** The list has the keyboard again. */
const focusRows = (): void => document.querySelector<HTMLElement>('[data-lates]')?.focus({ preventScroll: true });

/** Decides, says so, and offers to undo what can be undone. */
function useDecision({ month, row }: LateDetail) {
  const mutation = useDecideLate();
  const announce = useAnnounce();
  const key = { month, customer: row.customer, meter: row.meter, digest: row.digest };
  const before = row.decision;
  const name = `${customerOf(row)}, ${meterLabel(row.meter)}`;
  const decide = (decision: LateDecision, { note, author, engine }: Signed): void => {
    const undo = (): void =>
      mutation.mutate(
        { ...key, decision: before?.decision ?? 'undecided', note: before?.note ?? '', author },
        {
          onSuccess: () => announce(`Undone: ${name}`),
          onError: (error) => announce(documentOf(error).message, 'bad'),
        },
      );
    mutation.mutate(
      { ...key, decision, note, author, ...(engine === undefined ? {} : { engine }) },
      {
        onSuccess: () =>
          announce(
            `${DECISION_WORDS[decision]}: ${name}`,
            'plain',
            decision === 'invoiced' ? undefined : { label: 'Undo', run: undo },
          ),
      },
    );
  };
  return { decide, error: mutation.error, isPending: mutation.isPending };
}
