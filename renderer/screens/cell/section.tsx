import { createContext, type ReactNode, useContext } from 'react';

/** Headings of sections: beneath the title of the drawer, or of the page. */
export const SectionHeading = createContext<'h2' | 'h3'>('h3');

export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  const Heading = useContext(SectionHeading);
  return (
    <section aria-label={title} className="mt-6">
      <div className="mb-2 flex h-7 items-center justify-between border-b border-line">
        <Heading className="font-semibold">{title}</Heading>
        {aside}
      </div>
      {children}
    </section>
  );
}
