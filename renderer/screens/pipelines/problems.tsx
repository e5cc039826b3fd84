import type { RollupWindow } from '../../../shared/contract/pipelines-schemas.ts';
import { Prose } from '../../components/prose.tsx';
import { readable } from './pipelines-view.ts';

/** What could not be looked at, and what to do about it. */
export function Problems({ problems }: { problems: RollupWindow['problems'] }) {
  if (problems.length === 0) return null;
  return (
    <ul className="mt-4 space-y-1 border-l-2 border-line-strong pl-3 text-muted">
      {problems.map(({ message, remedy }) => (
        <li key={message}>
          <span className="text-ink">
            <Prose text={readable(message)} />
          </span>{' '}
          {remedy !== undefined && <Prose text={readable(remedy)} />}
        </li>
      ))}
    </ul>
  );
}
