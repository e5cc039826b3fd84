import { Check, Copy, RefreshCw } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { documentText, type ShownError } from '../data/errors.ts';
import { Button } from './button.tsx';
import { Prose } from './prose.tsx';

/** A grey bar where a figure will be; it stays invisible for the first 150 ms. */
export function Skeleton({ width = '100%', height = 12 }: { width?: number | string; height?: number }) {
  return <span className="skeleton block" style={{ width, height }} />;
}

/** Rows of bars in the place of a table, and a word for screen readers. */
export function SkeletonRows({ rows, label }: { rows: number; label: string }) {
  return (
    <div role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical bars have no other identity
        <div key={row} className="flex h-(--row) items-center gap-6 border-b border-line px-2">
          <Skeleton width={`${18 + ((row * 7) % 11)}%`} />
          <Skeleton width="12%" />
          <span className="flex-1" />
          <Skeleton width="9%" />
          <Skeleton width="9%" />
          <Skeleton width="7%" />
        </div>
      ))}
    </div>
  );
}

/** Bars in the place of headline figures. */
export function SkeletonFigures({ count }: { count: number }) {
  return (
    <div className="flex h-[68px] gap-10">
      {Array.from({ length: count }, (_, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical bars have no other identity
        <span key={place} className="flex flex-col gap-2">
          <Skeleton width={56} height={12} />
          <Skeleton width={130} height={26} />
          <Skeleton width={84} height={10} />
        </span>
      ))}
    </div>
  );
}

/** What would be here, and the action that brings it. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-3 rounded-lg border border-dashed border-line-strong px-6 py-7">
      <h2 className="text-lead font-semibold">{title}</h2>
      <div className="max-w-[60ch] text-muted">{children}</div>
      {action}
    </div>
  );
}

/** What happened, what it means for the numbers, what to do; the details can be copied. */
export function Failure({
  document,
  meaning,
  onRetry,
}: {
  document: ShownError;
  /** What it means for the numbers. */
  meaning?: string;
  onRetry?: () => void;
}) {
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(documentText(document)).then(() => setCopied(true));
  };
  return (
    <section role="alert" className="rounded-lg border border-line bg-structural-wash px-5 py-4">
      <p className="font-medium text-structural">
        <Prose text={document.message} />
      </p>
      {meaning !== undefined && <p className="mt-1 text-ink">{meaning}</p>}
      {document.remedy !== null && (
        <p className="mt-1 text-ink">
          <Prose text={document.remedy} />
        </p>
      )}
      {document.problems !== undefined && document.problems.length > 0 && (
        <ul className="mt-2 list-disc pl-5 text-ink">
          {document.problems.map((problem) => (
            <li key={`${problem.path} ${problem.message}`}>
              {problem.path !== null && <code className="mr-1 font-mono text-table">{problem.path}</code>}
              {problem.message}
            </li>
          ))}
        </ul>
      )}
      <div className="mt-3 flex flex-wrap items-center gap-2">
        {onRetry !== undefined && (
          <Button onClick={onRetry} icon={<RefreshCw size={13} aria-hidden="true" />}>
            Try again
          </Button>
        )}
        <Button
          kind="quiet"
          onClick={copy}
          icon={isCopied ? <Check size={13} aria-hidden="true" /> : <Copy size={13} aria-hidden="true" />}
        >
          {isCopied ? 'Copied' : 'Copy details'}
        </Button>
        <code className="font-mono text-table text-muted">
          {document.code}
          {document.path !== null && ` · ${document.path}`}
        </code>
      </div>
    </section>
  );
}
