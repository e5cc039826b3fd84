import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';

/** Taking a meter out is confirmed by typing its key. */
export function RemoveForm({
  meter,
  isPending,
  onCancel,
  onRemove,
}: {
  meter: string;
  isPending: boolean;
  onCancel: () => void;
  onRemove: () => void;
}) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  useEffect(() => box.current?.focus(), []);
  const isReady = typed.trim() === meter && !isPending;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isReady) onRemove();
  };
  return (
    <form
      aria-label="Remove the meter"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onCancel();
      }}
      className="mb-5 rounded-lg border border-line bg-structural-wash px-5 py-4"
    >
      <p>
        The meter goes out of tieout.yaml. What was pulled of it stays in the cache, and its months are no longer tied
        out.
      </p>
      <div className="mt-3 flex flex-wrap items-end gap-3">
        <label htmlFor={id} className="min-w-[220px]">
          <span className="mb-1 block text-table font-medium text-muted">
            Type <code className="font-mono text-ink">{meter}</code> to confirm
          </span>
          <input
            ref={box}
            id={id}
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
            className="h-7 w-full rounded-md border border-line-strong bg-page px-2 font-mono text-table"
          />
        </label>
        <Button kind="primary" type="submit" disabled={!isReady}>
          Remove
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}
