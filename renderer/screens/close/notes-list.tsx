import type { CloseNote } from '../../../shared/contract/close-schemas.ts';
import { noteEffect, noteSubject } from '../../format/close-words.ts';
import { formatMoment } from '../../format/time.ts';

/** What people wrote, newest first. @param hasSubjects whether each says what it is about */
export function NotesList({ notes, hasSubjects = true }: { notes: readonly CloseNote[]; hasSubjects?: boolean }) {
  return (
    <ul className="space-y-3">
      {notes.map((note) => {
        const effect = noteEffect(note);
        const isStale = note.explains && note.current < note.covers;
        return (
          <li key={note.id}>
            {hasSubjects && <p className="font-medium wrap-anywhere">{noteSubject(note)}</p>}
            <p className="whitespace-pre-wrap wrap-anywhere" dir="auto">
              {note.body}
            </p>
            <p className="text-table text-muted">
              <bdi>{note.author}</bdi>, {formatMoment(note.at)}
              {effect !== null && (
                <>
                  {' · '}
                  <span className={isStale ? 'text-structural' : ''}>{effect}</span>
                </>
              )}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
