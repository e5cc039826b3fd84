import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { CloseMonthView, CloseSignOff } from '../../../shared/contract/close-schemas.ts';
import { Button, Key } from '../../components/button.tsx';
import { GateMark } from '../../components/gate-mark.tsx';
import { Failure } from '../../components/states.tsx';
import { useLock, useReopen, useSignOff } from '../../data/close.ts';
import { documentOf } from '../../data/errors.ts';
import { ROLE_WORDS, shortHash } from '../../format/close-words.ts';
import { formatMoment, formatMonth } from '../../format/time.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { knownAuthor, rememberAuthor } from '../../frame/author.ts';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { TextArea, TextField } from './fields.tsx';

export type Step = 'preparer' | 'reviewer' | 'lock' | 'reopen';

/** What can be done next; null while gates stand in the way. */
export function nextStep({ state, decision, preparer, reviewer }: CloseMonthView): Step | null {
  if (state === 'locked') return 'reopen';
  if (decision !== 'pass') return null;
  if (preparer === null) return 'preparer';
  return reviewer === null ? 'reviewer' : 'lock';
}

const STEP_WORDS: Readonly<Record<Step, string>> = {
  preparer: 'Sign as preparer',
  reviewer: 'Sign as reviewer',
  lock: 'Lock the month',
  reopen: 'Open again…',
};

/** Who signed, and the one thing that can be done next. */
export function SignPanel({ close }: { close: CloseMonthView }) {
  const [step, setStep] = useState<Step | null>(null);
  const next = nextStep(close);
  const start = (): void => {
    if (next !== null) setStep(next);
  };
  useShortcuts([{ keys: 's', label: next === null ? 'Sign' : STEP_WORDS[next].replace('…', ''), run: start }]);
  return (
    <section aria-label="Sign-off and lock" className="rounded-lg border border-line bg-raised px-4 py-3">
      <Signed as="preparer" signOff={close.preparer} all={close.signOffs} />
      <Signed as="reviewer" signOff={close.reviewer} all={close.signOffs} />
      <LockState close={close} />
      {step !== null && step === next ? (
        <StepForm key={step} step={step} close={close} onDone={() => setStep(null)} />
      ) : next === null ? (
        <p className="mt-3 text-muted">A month is signed once every gate passes.</p>
      ) : (
        <div className="mt-3">
          <Button kind={next === 'reopen' ? 'plain' : 'primary'} onClick={start} data-step={next}>
            {STEP_WORDS[next]}
            {next === 'reopen' ? <Key>s</Key> : <kbd className="font-sans text-label opacity-80">s</kbd>}
          </Button>
        </div>
      )}
    </section>
  );
}

function Line({ isDone, title, children }: { isDone: boolean; title: string; children: ReactNode }) {
  return (
    <div className="flex min-h-8 items-start gap-3 py-1">
      <span className="flex w-4 justify-center pt-0.5">
        {isDone ? (
          <GateMark decision="pass" />
        ) : (
          <span aria-hidden="true" className="mt-[7px] size-1 rounded-full bg-(--line-strong)" />
        )}
      </span>
      <span className="w-[72px] shrink-0 font-medium">{title}</span>
      <span className="min-w-0 flex-1 wrap-anywhere">{children}</span>
    </div>
  );
}

function Signed({
  as: role,
  signOff,
  all,
}: {
  as: 'preparer' | 'reviewer';
  signOff: CloseSignOff | null;
  all: readonly CloseSignOff[];
}) {
  const lapsed = all.find((each) => each.role === role);
  return (
    <Line isDone={signOff !== null} title={ROLE_WORDS[role].word}>
      {signOff !== null ? (
        <>
          <bdi>{signOff.name}</bdi>
          <span className="block text-table text-muted">{formatMoment(signOff.at)}</span>
        </>
      ) : lapsed === undefined ? (
        <span className="text-muted">not signed</span>
      ) : (
        <span className="text-structural">
          lapsed: <bdi>{lapsed.name}</bdi> signed other figures
          <span className="block text-table text-muted">{formatMoment(lapsed.at)}</span>
        </span>
      )}
    </Line>
  );
}

function LockState({ close: { lock, locks } }: { close: CloseMonthView }) {
  const reopened = locks[0]?.reopened ?? null;
  return (
    <Line isDone={lock !== null} title="Lock">
      {lock !== null ? (
        <>
          <bdi>{lock.actor}</bdi>
          <span className="block text-table text-muted">
            {formatMoment(lock.at)} · version {lock.version}
          </span>
          <span className="block font-mono text-label text-muted" title={lock.contentHash}>
            {shortHash(lock.contentHash)}…
          </span>
        </>
      ) : reopened === null ? (
        <span className="text-muted">open</span>
      ) : (
        <>
          opened again by <bdi>{reopened.actor}</bdi>: {reopened.reason}
          <span className="block text-table text-muted">{formatMoment(reopened.at)}</span>
        </>
      )}
    </Line>
  );
}

const MEANINGS: Readonly<Record<Step, string>> = {
  preparer: 'Your name stands under the figures as they are now. If they change, it does not count any more.',
  reviewer: 'You looked at what was prepared. Your name stands under the same figures.',
  lock: 'The figures, gates, notes and names are kept as they are, with a hash. What changes later is shown beside them.',
  reopen: 'The lock stays on record; the month is prepared, reviewed and locked anew.',
};

function StepForm({ step, close, onDone }: { step: Step; close: CloseMonthView; onDone: () => void }) {
  const id = useId();
  const { month, figures } = close;
  const first = useRef<HTMLInputElement>(null);
  const firstArea = useRef<HTMLTextAreaElement>(null);
  const [name, setName] = useState(knownAuthor);
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const announce = useAnnounce();
  const sign = useSignOff();
  const lock = useLock();
  const reopen = useReopen();
  const { isPending, error } = step === 'lock' ? lock : step === 'reopen' ? reopen : sign;
  useEffect(() => (firstArea.current ?? first.current)?.focus(), []);
  const isReopening = step === 'reopen';
  const isReady = name.trim() !== '' && (!isReopening || (reason.trim() !== '' && typed.trim() === month));
  const done = (words: string) => ({
    onSuccess: () => {
      rememberAuthor(name.trim());
      announce(words);
      onDone();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isReady || isPending) return;
    const actor = name.trim();
    if (step === 'lock') lock.mutate({ month, actor, figures }, done(`${formatMonth(month)} is locked`));
    else if (step === 'reopen')
      reopen.mutate({ month, actor, reason: reason.trim() }, done(`${formatMonth(month)} is open again`));
    else sign.mutate({ month, role: step, name: actor, figures }, done(`${actor} signed as ${step}`));
  };
  return (
    <form
      aria-label={STEP_WORDS[step].replace('…', '')}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onDone();
      }}
      className="mt-3 space-y-3 border-t border-line pt-3"
    >
      <p>{MEANINGS[step]}</p>
      {isReopening && (
        <TextArea
          ref={firstArea}
          id={`${id}reason`}
          label="Why it is opened again"
          value={reason}
          onChange={setReason}
          maxLength={4000}
        />
      )}
      <TextField
        ref={first}
        id={`${id}name`}
        label="Your name"
        value={name}
        onChange={setName}
        maxLength={120}
        autoComplete="name"
      />
      {isReopening ? (
        <TextField
          id={`${id}typed`}
          label={
            <>
              Type <code className="font-mono text-ink">{month}</code> to confirm
            </>
          }
          value={typed}
          onChange={setTyped}
        />
      ) : (
        <p className="text-table text-muted">
          Figures{' '}
          <code className="font-mono" title={figures}>
            {shortHash(figures)}…
          </code>
        </p>
      )}
      {error !== null && <Failure document={documentOf(error)} meaning="Nothing was written." />}
      <div className="flex gap-2">
        <Button kind="primary" type="submit" disabled={!isReady || isPending}>
          {step === 'reopen' ? `Open ${formatMonth(month)} again` : STEP_WORDS[step]}
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
