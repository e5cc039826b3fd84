import { useRef } from 'react';
import type { ScenarioProblem } from '../../../shared/contract/simulate-schemas.ts';

/** Longer text is for an editor of its own. */
export const MOST_TEXT = 1_500_000;

/** The scenario as JSON, with the number of each line; what is wrong stands beneath with its place. */
export function TextEditor({
  text,
  problems,
  onChange,
}: {
  text: string;
  problems: readonly ScenarioProblem[];
  onChange: (text: string) => void;
}) {
  const box = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLPreElement>(null);
  if (text.length > MOST_TEXT) {
    return (
      <p className="px-5 py-4 text-muted">
        The text has {(text.length / 1_000_000).toFixed(1)} million characters, too many to type in here. The form
        changes it; an editor of your own can, too, once it is saved.
      </p>
    );
  }
  const lines = text.split('\n').length;
  const wrong = new Set(problems.map(({ line }) => line));
  const goTo = ({ line, column }: ScenarioProblem): void => {
    const editor = box.current;
    if (editor === null || line === null) return;
    const before = text.split('\n').slice(0, line - 1);
    const offset = before.reduce((sum, one) => sum + one.length + 1, 0) + (column ?? 1) - 1;
    editor.focus();
    editor.setSelectionRange(offset, offset);
    editor.scrollTop = Math.max(0, (line - 6) * LINE_PX);
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {problems.length > 0 && (
        <ul
          aria-label="What is wrong"
          className="max-h-[30%] shrink-0 overflow-y-auto border-b border-line bg-structural-wash px-5 py-2 text-table"
        >
          {problems.map((problem) => (
            <li key={`${problem.path} ${problem.message} ${problem.line}`} className="py-0.5 wrap-anywhere">
              {problem.line !== null && (
                <button
                  type="button"
                  onClick={() => goTo(problem)}
                  className="tabular mr-2 font-medium text-accent hover:underline"
                >
                  line {problem.line}:{problem.column}
                </button>
              )}
              {problem.path !== null && <code className="mr-1.5 font-mono text-label">{problem.path}</code>}
              <span className="text-structural">{problem.message}</span> {problem.remedy}
            </li>
          ))}
        </ul>
      )}
      <div className="flex min-h-0 flex-1 bg-raised font-mono text-[11.500px]" style={{ lineHeight: `${LINE_PX}px` }}>
        <pre
          ref={gutter}
          aria-hidden="true"
          className="w-11 shrink-0 overflow-hidden border-r border-line py-3 pr-2 text-right text-faint select-none"
        >
          {numbered(lines, wrong).map(({ first, text: numbers, isWrong }) => (
            <span key={first} className={isWrong ? 'font-semibold text-structural' : ''}>
              {numbers}
            </span>
          ))}
        </pre>
        <textarea
          ref={box}
          aria-label="Scenario as JSON"
          aria-invalid={problems.length > 0}
          value={text}
          spellCheck={false}
          wrap="off"
          onChange={(event) => onChange(event.target.value)}
          onScroll={(event) => {
            if (gutter.current !== null) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
          className="min-h-0 min-w-0 flex-1 resize-none bg-transparent px-3 py-3 outline-offset-[-2px]"
          style={{ lineHeight: `${LINE_PX}px`, fontVariantLigatures: 'none' }}
        />
      </div>
    </div>
  );
}

const LINE_PX = 18;

/** The numbers of all lines, those of lines with problems apart from the others. */
function numbered(
  count: number,
  wrong: ReadonlySet<number | null>,
): readonly { readonly first: number; readonly text: string; readonly isWrong: boolean }[] {
  const runs: { first: number; text: string; isWrong: boolean }[] = [];
  for (let line = 1; line <= count; line += 1) {
    const isWrong = wrong.has(line);
    const open = runs.at(-1);
    if (open?.isWrong === isWrong) open.text += `${line}\n`;
    else runs.push({ first: line, text: `${line}\n`, isWrong });
  }
  return runs;
}
