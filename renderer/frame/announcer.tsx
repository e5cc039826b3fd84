import { X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import { Button, IconButton } from '../components/button.tsx';

/** What can be done about what was said, as undoing it. */
type NoticeAction = { readonly label: string; readonly run: () => void };
type Notice = {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'bad';
  readonly action: NoticeAction | null;
};
type Announce = (text: string, tone?: Notice['tone'], action?: NoticeAction) => void;

const Announcer = createContext<Announce>(() => {});

/** Says a sentence to screen readers and shows it in the corner. */
export const useAnnounce = (): Announce => useContext(Announcer);

const SHOWN_MS = 6_000;

export function AnnouncerProvider({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const announce = useCallback<Announce>((text, tone = 'plain', action) => {
    setNotices((list) => [...list.slice(-2), { id: (list.at(-1)?.id ?? 0) + 1, text, tone, action: action ?? null }]);
  }, []);
  const dismiss = useCallback((id: number) => setNotices((list) => list.filter((notice) => notice.id !== id)), []);
  return (
    <Announcer value={announce}>
      {children}
      <div
        role="status"
        aria-live="polite"
        className="pointer-events-none fixed right-4 bottom-4 z-50 flex w-[380px] flex-col gap-2"
      >
        {notices.map((notice) => (
          <NoticeCard key={notice.id} notice={notice} onDismiss={dismiss} />
        ))}
      </div>
    </Announcer>
  );
}

function NoticeCard({ notice, onDismiss }: { notice: Notice; onDismiss: (id: number) => void }) {
  useEffect(() => {
    if (notice.tone === 'bad') return;
    const timer = setTimeout(() => onDismiss(notice.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice, onDismiss]);
  return (
    <div className="float-in pointer-events-auto flex items-start gap-2 rounded-lg bg-float py-2.5 pr-2 pl-4 shadow-float">
      <p className={`flex-1 pt-1 wrap-anywhere ${notice.tone === 'bad' ? 'text-structural' : 'text-ink'}`}>
        {notice.text}
      </p>
      {notice.action !== null && (
        <Button
          kind="quiet"
          onClick={() => {
            notice.action?.run();
            onDismiss(notice.id);
          }}
        >
          {notice.action.label}
        </Button>
      )}
      <IconButton label="Dismiss" onClick={() => onDismiss(notice.id)}>
        <X size={14} aria-hidden="true" />
      </IconButton>
    </div>
  );
}
