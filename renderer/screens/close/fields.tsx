import type { ReactNode, Ref } from 'react';

const FIELD = 'w-full rounded-md border border-line-strong bg-page px-2 placeholder:text-faint';

export function TextField({
  id,
  label,
  value,
  onChange,
  maxLength,
  autoComplete = 'off',
  ref,
}: {
  id: string;
  label: ReactNode;
  value: string;
  onChange: (value: string) => void;
  maxLength?: number;
  autoComplete?: string;
  ref?: Ref<HTMLInputElement>;
}) {
  return (
    <label className="block" htmlFor={id}>
      <span className="mb-1 block text-table font-medium text-muted">{label}</span>
      <input
        ref={ref}
        id={id}
        value={value}
        maxLength={maxLength}
        autoComplete={autoComplete}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        className={`${FIELD} h-7`}
      />
    </label>
  );
}

export function TextArea({
  id,
  label,
  value,
  onChange,
  maxLength,
  ref,
}: {
  id: string;
  label: ReactNode;
  value: string;
  onChange: (value: string) => void;
  maxLength: number;
  ref?: Ref<HTMLTextAreaElement>;
}) {
  return (
    <label className="block" htmlFor={id}>
      <span className="mb-1 block text-table font-medium text-muted">{label}</span>
      <textarea
        ref={ref}
        id={id}
        value={value}
        rows={3}
        maxLength={maxLength}
        onChange={(event) => onChange(event.target.value)}
        className={`${FIELD} block resize-y py-1.5`}
      />
    </label>
  );
}
