import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import type { NoteRequest } from '../../../shared/contract/close-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Failure } from '../../components/states.tsx';
import { useAddNote } from '../../data/close.ts';
import { documentOf } from '../../data/errors.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { knownAuthor, rememberAuthor } from '../../frame/author.ts';
import { TextArea, TextField } from './fields.tsx';

/** What a note is going to be about. */
export type NoteSubject = Pick<NoteRequest, 'month' | 'customer' | 'usageId' | 'meter' | 'gate'>;

const LONGEST_NOTE = 4000;
const LONGEST_NAME = 120;

/**
 * Writes a note. It stays: a note is never changed or removed.
 * @param explains how much is open there that it can explain; 0: it is a note and no more
 */
export function NoteForm({
  subject,
  about,
  explains,
  onDone,
}: {
  subject: NoteSubject;
  about: string;
  explains: number;
  onDone: () => void;
}) {
  const id = useId();
  const first = useRef<HTMLTextAreaElement>(null);
  const [body, setBody] = useState('');
  const [author, setAuthor] = useState(knownAuthor);
  const [isExplaining, setExplaining] = useState(explains > 0);
  const addNote = useAddNote();
  const announce = useAnnounce();
  useEffect(() => first.current?.focus(), []);
  const isReady = body.trim() !== '' && author.trim() !== '' && !addNote.isPending;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isReady) return;
    rememberAuthor(author.trim());
    addNote.mutate(
      { ...subject, author: author.trim(), body: body.trim(), explains: isExplaining && explains > 0 },
      {
        onSuccess: () => {
          announce(`Noted: ${about}`);
          onDone();
        },
      },
    );
  };
  return (
    <form
      aria-label={`Note: ${about}`}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onDone();
      }}
      className="space-y-3 rounded-lg border border-line bg-raised px-4 py-3"
    >
      <p className="font-medium wrap-anywhere">{about}</p>
      <TextArea ref={first} id={`${id}body`} label="Note" value={body} onChange={setBody} maxLength={LONGEST_NOTE} />
      {explains > 0 && (
        <label className="flex items-baseline gap-2">
          <input
            type="checkbox"
            checked={isExplaining}
            onChange={(event) => setExplaining(event.target.checked)}
            className="accent-(--accent-fill)"
          />
          <span>
            It explains {explains === 1 ? 'what is open there' : `the ${explains} points that are open there`}
            <span className="block text-table text-muted">The gate then passes. What changes later is open again.</span>
          </span>
        </label>
      )}
      <div className="max-w-[280px]">
        <TextField
          id={`${id}author`}
          label="Your name"
          value={author}
          onChange={setAuthor}
          maxLength={LONGEST_NAME}
          autoComplete="name"
        />
      </div>
      {addNote.isError && <Failure document={documentOf(addNote.error)} meaning="Nothing was written." />}
      <div className="flex gap-2">
        <Button kind="primary" type="submit" disabled={!isReady}>
          {isExplaining && explains > 0 ? 'Explain' : 'Write note'}
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
