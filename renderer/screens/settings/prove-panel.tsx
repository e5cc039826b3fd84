import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import type { MeterChange, MeterProof, ProveCase } from '../../../shared/contract/meter-schemas.ts';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Failure } from '../../components/states.tsx';
import { MarkShape } from '../../components/verdict-mark.tsx';
import { documentOf } from '../../data/errors.ts';
import { isRunning } from '../../data/jobs.ts';
import { useJob, useProve, useProveResult } from '../../data/meters.ts';
import { formatQuantity } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { Panel, RunState } from './panel.tsx';
import { caseOutline, proofSentence } from './prove-view.ts';

/** The cases of a meter, on an engine of their own. */
export function ProvePanel({ change, isReady }: { change: MeterChange; isReady: boolean }) {
  const [isMutating, setMutating] = useState(true);
  const run = useProve();
  const job = useJob(run.data?.id ?? null);
  const result = useProveResult(job);
  const isBusy = run.isPending || (job !== null && isRunning(job));
  const proof = job?.state === 'done' ? (result.data ?? null) : null;
  return (
    <Panel title="Prove" note="Hand-computed cases of fixtures/, through this very query.">
      <div className="flex flex-wrap items-center gap-4">
        <Button
          disabled={!isReady || isBusy}
          onClick={() => run.mutate({ ...change, mutate: isMutating })}
          icon={<ShieldCheck size={13} aria-hidden="true" />}
        >
          Run the cases
        </Button>
        <label className="flex items-baseline gap-2">
          <input
            type="checkbox"
            checked={isMutating}
            onChange={(event) => setMutating(event.target.checked)}
            className="translate-y-[2px] accent-(--accent-fill)"
          />
          Also get the query wrong, and see that a case notices
        </label>
      </div>
      <RunState job={job} error={run.error} />
      {result.isError && (
        <div className="mt-3">
          <Failure document={documentOf(result.error)} onRetry={() => void result.refetch()} />
        </div>
      )}
      {proof !== null && <Result proof={proof} change={change} />}
    </Panel>
  );
}

function Result({ proof, change }: { proof: MeterProof; change: MeterChange }) {
  const own = proof.cases.filter(({ isBuiltIn }) => !isBuiltIn);
  const shipped = proof.cases.filter(({ isBuiltIn }) => isBuiltIn);
  return (
    <section aria-label="Result of the proof" className="mt-4" aria-live="polite">
      <p className="text-lead">{proofSentence(proof)}</p>
      {proof.problems.map(({ message, path }) => (
        <p key={`${path} ${message}`} className="mt-1 text-structural">
          {path !== null && <code className="mr-1 font-mono text-label">{path}</code>}
          {message}
        </p>
      ))}
      {own.length === 0 && (
        <div className="mt-2">
          <p className="mb-2 text-muted">
            A case is a few rows and what must come of them. Begin with one in fixtures/{change.draft.key}.yaml:
          </p>
          <CodeBlock title="A case to begin with" text={caseOutline(change.draft)} maxHeight={260} />
        </div>
      )}
      <ul className="mt-2 border-t border-line">
        {own.map((one) => (
          <Case key={`${one.path} ${one.name}`} one={one} />
        ))}
      </ul>
      {shipped.length > 0 && <Shipped cases={shipped} />}
      {proof.mutations.length > 0 && <Mutations mutations={proof.mutations} />}
    </section>
  );
}

function Mark({ isRight }: { isRight: boolean }) {
  return isRight ? (
    <MarkShape mark="check" tone="agree" label="passes" />
  ) : (
    <MarkShape mark="differs" tone="structural" label="fails" />
  );
}

function Case({ one }: { one: ProveCase }) {
  return (
    <li className="border-b border-line">
      <details open={!one.hasPassed}>
        <summary className="flex min-h-8 list-none items-center gap-2 py-1">
          <Mark isRight={one.hasPassed} />
          <span className={`min-w-0 flex-1 truncate ${one.hasPassed ? '' : 'font-medium'}`}>{one.name}</span>
          {!one.isBuiltIn && (
            <code className="max-w-[45%] truncate font-mono text-label text-faint" title={one.path}>
              {one.path.split(' ')[0]}
            </code>
          )}
        </summary>
        {one.readings.length > 0 && <Readings readings={one.readings} isNamed={one.isBuiltIn} />}
        {one.problems
          .filter(() => !one.hasPassed && (one.readings.length === 0 || one.readings.every(({ isRight }) => isRight)))
          .map(({ message }) => (
            <p key={message} className="mb-2 pl-[22px] text-structural">
              {message}
            </p>
          ))}
      </details>
    </li>
  );
}

function Readings({ readings, isNamed }: { readings: ProveCase['readings']; isNamed: boolean }) {
  const head = 'h-6 border-b border-line px-1.5 font-medium text-muted';
  const cell = 'h-6 px-1.5';
  return (
    <table className="mb-2 ml-[16px] w-[calc(100%-16px)] text-table">
      <caption className="sr-only">What was expected and what was found</caption>
      <thead>
        <tr>
          <th scope="col" className={head}>
            Customer
          </th>
          {isNamed && (
            <th scope="col" className={head}>
              Meter
            </th>
          )}
          <th scope="col" className={`${head} text-right`}>
            Expected
          </th>
          <th scope="col" className={`${head} text-right`}>
            Found
          </th>
        </tr>
      </thead>
      <tbody>
        {readings.map(({ customer, meter, expected, found, isRight }) => (
          <tr key={`${customer} ${meter}`}>
            <th scope="row" className={`${cell} font-mono text-label`}>
              {customer}
            </th>
            {isNamed && <td className={`${cell} font-mono text-label text-muted`}>{meter}</td>}
            <td className={`${cell} tabular text-right`} title={expected ?? 'nothing'}>
              {expected === null ? 'nothing' : formatQuantity(expected)}
            </td>
            <td
              className={`${cell} tabular text-right ${isRight ? '' : 'font-medium text-structural'}`}
              title={found ?? 'nothing'}
            >
              {found === null ? 'nothing' : formatQuantity(found)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Shipped({ cases }: { cases: readonly ProveCase[] }) {
  const isOpen = cases.some(({ hasPassed }) => !hasPassed);
  return (
    <details open={isOpen} className="mt-3">
      <summary className="fold -ml-0.5 h-7 text-accent">
        {cases.length} {plural(cases.length, 'case')} that {plural(cases.length, 'comes', 'come')} with the template
      </summary>
      <ul className="border-t border-line">
        {cases.map((one) => (
          <Case key={one.name} one={one} />
        ))}
      </ul>
    </details>
  );
}

function Mutations({ mutations }: { mutations: MeterProof['mutations'] }) {
  const inOrder = [...mutations].sort((a, b) => Number(a.caughtBy !== null) - Number(b.caughtBy !== null));
  return (
    <table className="mt-4 w-full table-fixed text-table">
      <caption className="mb-1 text-left font-semibold">Mistakes that were tried</caption>
      <thead className="text-muted">
        <tr>
          <th scope="col" className="h-7 border-b border-line-strong px-1.5 font-medium">
            If
          </th>
          <th scope="col" className="w-[45%] border-b border-line-strong px-1.5 font-medium">
            Noticed by
          </th>
        </tr>
      </thead>
      <tbody>
        {inOrder.map(({ mutation, sentence, caughtBy }) => (
          <tr key={mutation}>
            <th scope="row" className="border-b border-line px-1.5 py-1.5">
              {sentence}
            </th>
            <td className="border-b border-line px-1.5">
              {caughtBy === null ? (
                <span className="flex items-center gap-1.5 font-medium text-structural">
                  <MarkShape mark="missing" tone="structural" />
                  No case
                </span>
              ) : (
                <span className="flex min-w-0 items-center gap-1.5 text-muted" title={caughtBy}>
                  <MarkShape mark="check" tone="agree" />
                  <span className="truncate">{caughtBy}</span>
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
