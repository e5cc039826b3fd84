import { useMemo, useState } from 'react';
import type { ScenarioProblem } from '../../../shared/contract/simulate-schemas.ts';
import { lookAtJson } from '../../../shared/values/json-places.ts';
import { ScenarioForm } from './form-fields.tsx';
import { FormFields } from './scenario-form.tsx';
import { TextEditor } from './text-editor.tsx';

export type PaneView = 'form' | 'text' | 'both';

const VIEWS: readonly (readonly [PaneView, string])[] = [
  ['form', 'Form'],
  ['text', 'Text'],
  ['both', 'Both'],
];

const KEY = 'tieout.simulate.view';

export function usePaneView(): readonly [PaneView, (view: PaneView) => void] {
  const [view, setView] = useState<PaneView>(() => {
    const kept = localStorage.getItem(KEY);
    return VIEWS.find(([name]) => name === kept)?.[0] ?? 'form';
  });
  return [
    view,
    (next) => {
      localStorage.setItem(KEY, next);
      setView(next);
    },
  ];
}

/** The scenario that is played, as a form and as text: two looks at the same JSON. */
export function ScenarioPane({
  text,
  problems,
  view,
  onView,
  onChange,
}: {
  text: string;
  problems: readonly ScenarioProblem[];
  view: PaneView;
  onView: (view: PaneView) => void;
  onChange: (text: string, field: string | null) => void;
}) {
  const root = useMemo(() => {
    try {
      return lookAtJson(text);
    } catch {
      return null;
    }
  }, [text]);
  return (
    <section aria-label="Scenario" className="flex min-h-0 min-w-0 flex-col border-r border-line">
      <div className="flex h-10 shrink-0 items-center gap-3 border-b border-line px-6">
        <fieldset className="flex rounded-md border border-line-strong p-px">
          <legend className="sr-only">How the scenario is shown</legend>
          {VIEWS.map(([name, word]) => (
            <label
              key={name}
              className="flex h-6 items-center rounded-[5px] px-2.5 text-table has-checked:bg-pressed has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:outline-(--focus)"
            >
              <input
                type="radio"
                name="pane"
                checked={view === name}
                onChange={() => onView(name)}
                className="sr-only"
              />
              {word}
            </label>
          ))}
        </fieldset>
        <p className={`min-w-0 flex-1 truncate text-table ${problems.length > 0 ? 'text-structural' : 'text-faint'}`}>
          {problems.length === 0 ? '' : problems.length === 1 ? '1 problem' : `${problems.length} problems`}
        </p>
      </div>
      <div className={`grid min-h-0 flex-1 ${view === 'both' ? 'grid-cols-2 divide-x divide-line' : ''}`}>
        {view !== 'text' && (
          <section
            aria-label="Form"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
            tabIndex={0}
            className="min-h-0 min-w-0 overflow-y-auto -outline-offset-2 [scrollbar-gutter:stable]"
          >
            {root === null ? (
              <div className="px-6 py-4 text-muted">
                <p className="font-medium text-structural">{problems[0]?.message ?? 'This is no JSON.'}</p>
                <p className="mt-1">The form comes back when the text is JSON again.</p>
              </div>
            ) : (
              <ScenarioForm value={{ text, root, problems, change: onChange }}>
                <Unplaced problems={problems} />
                <FormFields />
              </ScenarioForm>
            )}
          </section>
        )}
        {view !== 'form' && (
          <div className="flex min-h-0 min-w-0 flex-col">
            <TextEditor text={text} problems={problems} onChange={(next) => onChange(next, 'text')} />
          </div>
        )}
      </div>
    </section>
  );
}

/** All that is wrong, above the fields: some of it has no field here. */
function Unplaced({ problems }: { problems: readonly ScenarioProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul aria-label="What is wrong" className="border-b border-line bg-structural-wash px-6 py-2 text-table">
      {problems.slice(0, 8).map((problem) => (
        <li key={`${problem.path} ${problem.message}`} className="py-0.5 wrap-anywhere">
          {problem.path !== null && <code className="mr-1.5 font-mono text-label">{problem.path}</code>}
          <span className="text-structural">{problem.message}</span>
        </li>
      ))}
      {problems.length > 8 && <li className="text-muted">and {problems.length - 8} more</li>}
    </ul>
  );
}
