import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import type { LateEngine } from '../../../shared/contract/late-schemas.ts';
import { Button } from '../../components/button.tsx';
import { ENGINE_WORDS } from '../../format/late-words.ts';
import { knownAuthor } from '../../frame/author.ts';
import type { Intent, Signed } from './decision-panel.tsx';

/** What has to be typed before something final is done. */
const CONFIRMATION = 'invoiced';
const LONGEST_NOTE = 2000;
const LONGEST_NAME = 120;

const TEXTS: Readonly<
  Record<Intent, { readonly meaning: string; readonly noteWord: string; readonly action: string }>
> = {
  carry_forward: {
    meaning: 'The correction is to go on the next invoice. This can be undone.',
    noteWord: 'Note, if there is something to say',
    action: 'Carry forward',
  },
  waive: {
    meaning: 'The correction is let go: the books stay as they were billed. This can be undone.',
    noteWord: 'Why it is waived',
    action: 'Waive',
  },
  invoiced: {
    meaning: 'The correction is booked as invoiced and never comes up again. This is final.',
    noteWord: 'Where it was invoiced, as the number of the invoice',
    action: 'Mark as invoiced',
  },
};

const FIELD = 'w-full rounded-md border border-line-strong bg-page px-2 placeholder:text-faint';

/** Asks for what a decision needs: a name always, a note to waive, and a typed word for what is final. */
export function DecisionForm({
  intent,
  amount,
  isPending,
  onCancel,
  onDecide,
}: {
  intent: Intent;
  amount: string;
  isPending: boolean;
  onCancel: () => void;
  onDecide: (signed: Signed) => void;
}) {
  const id = useId();
  const first = useRef<HTMLTextAreaElement>(null);
  const [note, setNote] = useState('');
  const [author, setAuthor] = useState(knownAuthor);
  const [engine, setEngine] = useState<LateEngine>('period_preserving');
  const [typed, setTyped] = useState('');
  useEffect(() => first.current?.focus(), []);
  const isFinal = intent === 'invoiced';
  const isReady =
    author.trim() !== '' &&
    (intent !== 'waive' || note.trim() !== '') &&
    (!isFinal || typed.trim().toLowerCase() === CONFIRMATION);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isReady && !isPending) onDecide({ note: note.trim(), author: author.trim(), ...(isFinal ? { engine } : {}) });
  };
  const { meaning, noteWord, action } = TEXTS[intent];
  return (
    <form
      aria-label={action}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onCancel();
      }}
      className="mt-3 space-y-3 border-t border-line pt-3"
    >
      <p>{meaning}</p>
      <label className="block" htmlFor={`${id}note`}>
        <span className="mb-1 block text-table font-medium text-muted">{noteWord}</span>
        <textarea
          ref={first}
          id={`${id}note`}
          value={note}
          rows={2}
          maxLength={LONGEST_NOTE}
          onChange={(event) => setNote(event.target.value)}
          className={`${FIELD} block resize-y py-1.5`}
        />
      </label>
      {isFinal && <EngineChoice engine={engine} onEngine={setEngine} />}
      <div className="flex flex-wrap gap-3">
        <label className="block min-w-[140px] flex-1" htmlFor={`${id}author`}>
          <span className="mb-1 block text-table font-medium text-muted">Your name</span>
          <input
            id={`${id}author`}
            value={author}
            maxLength={LONGEST_NAME}
            autoComplete="name"
            onChange={(event) => setAuthor(event.target.value)}
            className={`${FIELD} h-7`}
          />
        </label>
        {isFinal && (
          <label className="block min-w-[140px] flex-1" htmlFor={`${id}typed`}>
            <span className="mb-1 block text-table font-medium text-muted">
              Type <code className="font-mono text-ink">{CONFIRMATION}</code> to confirm
            </span>
            <input
              id={`${id}typed`}
              value={typed}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
              className={`${FIELD} h-7`}
            />
          </label>
        )}
      </div>
      <div className="flex gap-2">
        <Button kind="primary" type="submit" disabled={!isReady || isPending}>
          {action} <span className="tabular">{amount}</span>
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}

function EngineChoice({ engine, onEngine }: { engine: LateEngine; onEngine: (engine: LateEngine) => void }) {
  return (
    <fieldset>
      <legend className="mb-1 text-table font-medium text-muted">Whose lines were invoiced</legend>
      {(Object.keys(ENGINE_WORDS) as LateEngine[]).map((each) => (
        <label key={each} className="flex items-baseline gap-2 py-0.5">
          <input
            type="radio"
            name="engine"
            checked={engine === each}
            onChange={() => onEngine(each)}
            className="accent-(--accent-fill)"
          />
          <span>
            {ENGINE_WORDS[each].word}
            <span className="block text-table text-muted">{ENGINE_WORDS[each].meaning}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
