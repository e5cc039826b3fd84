import { CornerDownLeft } from 'lucide-react';
import type { ButtonHTMLAttributes, ReactNode } from 'react';

type Kind = 'primary' | 'plain' | 'quiet';

const KINDS: Readonly<Record<Kind, string>> = {
  primary: 'bg-accent-fill text-on-accent hover:bg-accent-fill-hover',
  plain: 'border border-line-strong bg-page text-ink hover:bg-hover',
  quiet: 'text-muted hover:bg-hover hover:text-ink',
};

export function Button({
  kind = 'plain',
  icon,
  children,
  className = '',
  ...rest
}: { kind?: Kind; icon?: ReactNode } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button
      type="button"
      className={`inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md px-2.5 font-medium whitespace-nowrap transition-colors duration-100 disabled:cursor-not-allowed disabled:opacity-60 ${KINDS[kind]} ${className}`}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}

/** A button that is only an icon; `label` is its name and its hover text. */
export function IconButton({
  label,
  children,
  className = '',
  ...rest
}: { label: string } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink disabled:opacity-50 ${className}`}
      {...rest}
    >
      {children}
    </button>
  );
}

/** A key cap; the sign of Enter is drawn, for no bundled font has it. */
export function Key({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded border border-line bg-raised px-1 font-sans text-label whitespace-nowrap text-muted">
      {children === '↵' ? <CornerDownLeft size={11} role="img" aria-label="Enter" /> : children}
    </kbd>
  );
}
