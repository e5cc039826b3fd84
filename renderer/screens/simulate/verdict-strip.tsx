import { ChevronUp } from 'lucide-react';
import { useState } from 'react';
import type { SimulationState } from '../../../shared/contract/simulate-schemas.ts';
import { Button, Key } from '../../components/button.tsx';
import { MarkShape, TONE_TEXT } from '../../components/verdict-mark.tsx';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { verdictOf } from './simulate-words.ts';

const MARKS = { agree: 'check', structural: 'differs', incomplete: 'dash' } as const;

/** What it all comes to, always in sight; what was expected and found is one step away. */
export function VerdictStrip({ state, end }: { state: SimulationState; end: string }) {
  const [isOpen, setOpen] = useState(false);
  const { tone, sentence, drift } = verdictOf(state, end);
  const { expectations } = state;
  const toggle = (): void => setOpen(!isOpen);
  useShortcuts(expectations.length === 0 ? [] : [{ keys: 'v', label: 'What was expected', run: toggle }]);
  return (
    <section
      aria-label="Verdict"
      className={`shrink-0 border-t border-line-strong ${tone === 'structural' ? 'bg-structural-wash' : 'bg-raised'}`}
    >
      {isOpen && expectations.length > 0 && (
        <section
          aria-label="What was expected"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
          tabIndex={0}
          className="max-h-[260px] overflow-y-auto border-b border-line bg-page px-5"
        >
          <table className="w-full text-table">
            <caption className="sr-only">What was expected, and what was found</caption>
            <thead className="text-muted">
              <tr>
                <th scope="col" className="h-8 w-[80px] font-medium">
                  Held
                </th>
                <th scope="col" className="font-medium">
                  What
                </th>
                <th scope="col" className="px-3 text-right font-medium">
                  Expected
                </th>
                <th scope="col" className="text-right font-medium">
                  Found
                </th>
              </tr>
            </thead>
            <tbody>
              {expectations.map(({ path, held, expected, found }) => {
                const own = held === null ? 'incomplete' : held ? 'agree' : 'structural';
                return (
                  <tr key={`${path} ${found}`} className="align-baseline">
                    <td className={`border-t border-line py-1 ${TONE_TEXT[own]}`}>
                      <span className="flex items-center gap-1.5">
                        <MarkShape mark={MARKS[own]} tone={own} size={12} />
                        {held === null ? 'not yet' : held ? 'yes' : 'no'}
                      </span>
                    </td>
                    <th
                      scope="row"
                      className="border-t border-line py-1 font-mono text-label whitespace-nowrap"
                      title={path}
                    >
                      {path.replace(/^expect\./, '')}
                    </th>
                    <td className="tabular border-t border-line px-3 py-1 text-right wrap-anywhere">{expected}</td>
                    <td
                      className={`tabular border-t border-line py-1 text-right wrap-anywhere ${held === false ? 'font-medium text-structural' : 'text-muted'}`}
                    >
                      {found}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          <p className="border-t border-line py-1.5 text-label text-faint">
            Amounts are minor units, as the scenario has them.
          </p>
        </section>
      )}
      <div className="flex min-h-11 items-center gap-2.5 px-5 py-1.5">
        <MarkShape mark={MARKS[tone]} tone={tone} size={16} />
        <p role="status" className={`min-w-0 flex-1 ${tone === 'structural' ? 'font-medium text-structural' : ''}`}>
          {sentence}{' '}
          {drift !== null && <span className={state.drift.failing > 0 ? 'text-structural' : ''}>{drift}</span>}
        </p>
        {expectations.length > 0 && (
          <Button
            kind="quiet"
            aria-expanded={isOpen}
            onClick={toggle}
            icon={<ChevronUp size={13} aria-hidden="true" className={isOpen ? 'rotate-180' : ''} />}
          >
            Expected
            <Key>v</Key>
          </Button>
        )}
      </div>
    </section>
  );
}
