import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from './button.tsx';

/** Text that is read sign by sign, and copied. */
export function CodeBlock({ title, text, maxHeight = 420 }: { title: string; text: string; maxHeight?: number }) {
  const [copied, setCopied] = useState<string | null>(null);
  const isCopied = copied === text;
  return (
    <div className="rounded-md border border-line bg-raised">
      <div className="flex h-8 items-center justify-between border-b border-line pr-1 pl-3 text-table text-muted">
        {title}
        <Button
          kind="quiet"
          className="h-6"
          onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(text))}
          icon={isCopied ? <Check size={12} aria-hidden="true" /> : <Copy size={12} aria-hidden="true" />}
        >
          {isCopied ? 'Copied' : 'Copy'}
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse */}
      <section aria-label={title} tabIndex={0} className="overflow-auto p-3" style={{ maxHeight }}>
        <pre className="font-mono text-[11.5px] leading-[1.55]">{text}</pre>
      </section>
    </div>
  );
}
