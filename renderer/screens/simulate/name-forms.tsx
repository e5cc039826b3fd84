import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';

/** A line of a form that is answered with Enter and left with Escape. */
function Line({
  label,
  tone,
  initial,
  isMono = false,
  note,
  action,
  isReady,
  onCancel,
  onDone,
}: {
  label: string;
  tone: string;
  initial: string;
  isMono?: boolean;
  note: ReactNode;
  action: string;
  isReady: (typed: string) => boolean;
  onCancel: () => void;
  onDone: (typed: string) => void;
}) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(initial);
  useEffect(() => {
    box.current?.focus();
    box.current?.select();
  }, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isReady(typed)) onDone(typed.trim());
  };
  return (
    <form
      aria-label={label}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onCancel();
      }}
      className={`flex flex-wrap items-end gap-3 border-b border-line px-6 py-3 ${tone}`}
    >
      <div className="min-w-[280px] flex-1">
        <label htmlFor={id} className="mb-1 block text-table font-medium text-muted">
          {note}
        </label>
        <input
          ref={box}
          id={id}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
          className={`h-7 w-full max-w-[460px] rounded-md border border-line-strong bg-page px-2 ${isMono ? 'font-mono text-table' : ''}`}
        />
      </div>
      <Button kind="primary" type="submit" disabled={!isReady(typed)}>
        {action}
      </Button>
      <Button onClick={onCancel}>Cancel</Button>
    </form>
  );
}

export const SaveForm = ({
  name,
  isPending,
  onCancel,
  onSave,
}: {
  name: string;
  isPending: boolean;
  onCancel: () => void;
  onSave: (name: string) => void;
}) => (
  <Line
    label="Save the scenario"
    tone="bg-raised"
    initial={name}
    note={
      <>
        Name of the file in the workspace’s <code className="font-mono text-ink">scenarios</code> folder
      </>
    }
    action="Save"
    isReady={(typed) => typed.trim() !== '' && !isPending}
    onCancel={onCancel}
    onDone={onSave}
  />
);

/** Deleting is confirmed by typing the name. */
export const RemoveForm = ({
  name,
  isPending,
  onCancel,
  onRemove,
}: {
  name: string;
  isPending: boolean;
  onCancel: () => void;
  onRemove: () => void;
}) => (
  <Line
    label="Delete the scenario"
    tone="bg-structural-wash"
    initial=""
    isMono
    note={
      <>
        The file is deleted for good. Type <code className="font-mono text-ink">{name}</code> to confirm
      </>
    }
    action="Delete"
    isReady={(typed) => typed.trim() === name && !isPending}
    onCancel={onCancel}
    onDone={onRemove}
  />
);
