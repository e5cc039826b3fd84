import { useState } from 'react';
import type { CellKey } from '../../../shared/contract/schemas.ts';
import { Button, Key } from '../../components/button.tsx';
import { Failure, Skeleton } from '../../components/states.tsx';
import { useCellNotes } from '../../data/close.ts';
import { documentOf } from '../../data/errors.ts';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { NoteForm } from '../close/note-form.tsx';
import { NotesList } from '../close/notes-list.tsx';
import { Section } from './section.tsx';

const STATE_WORDS = {
  nothing: '',
  open: 'open in the close',
  explained: 'explained for the close',
} as const;

/** What people wrote about a cell; a note may explain it, so that the month can be closed. */
export function Notes({ cell, about }: { cell: CellKey; about: string }) {
  const { month, customer, usageId, meter } = cell;
  const notes = useCellNotes({ month, customer, usageId, meter });
  const [isWriting, setWriting] = useState(false);
  useShortcuts([{ keys: 'n', label: 'Write a note', run: () => setWriting(true) }], 'panel');
  const { data } = notes;
  return (
    <Section
      title="Notes"
      aside={
        <span className="flex items-center gap-2">
          {data !== undefined && <span className="text-table text-muted">{STATE_WORDS[data.state]}</span>}
          {!isWriting && (
            <Button kind="quiet" onClick={() => setWriting(true)}>
              Note… <Key>n</Key>
            </Button>
          )}
        </span>
      }
    >
      {isWriting && (
        <div className="mb-3">
          <NoteForm
            subject={{ month, customer, usageId: customer === null ? usageId : null, meter, gate: null }}
            about={about}
            explains={data?.state === 'open' && !data.isLocked ? 1 : 0}
            onDone={() => setWriting(false)}
          />
        </div>
      )}
      {notes.isError && <Failure document={documentOf(notes.error)} meaning="The numbers of the cell stand." />}
      {notes.isPending && <Skeleton width="60%" />}
      {data !== undefined && data.notes.length === 0 && !isWriting && (
        <p className="text-muted">Nothing is written about this cell.</p>
      )}
      {data !== undefined && <NotesList notes={data.notes} />}
    </Section>
  );
}
