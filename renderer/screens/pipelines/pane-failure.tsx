import { CodeBlock } from '../../components/code-block.tsx';
import { Prose } from '../../components/prose.tsx';
import { Empty, Failure } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';

/** Why a view of a pipeline has nothing to show: because nobody described it yet, or because something went wrong. */
export function PaneFailure({
  error,
  title,
  meaning,
  example,
  onRetry,
}: {
  error: unknown;
  /** What is said where it is not described in tieout.yaml. */
  title: string;
  /** What it means for the numbers, where something went wrong. */
  meaning: string;
  /** How it is described. */
  example: string;
  onRetry: () => void;
}) {
  const document = documentOf(error);
  if (document.code !== 'cutover.not_configured') {
    return (
      <div className="mt-5">
        <Failure document={document} meaning={meaning} onRetry={onRetry} />
      </div>
    );
  }
  return (
    <div className="mt-5 max-w-[760px]">
      <Empty title={title}>
        <p>
          <Prose text={document.message} /> {document.remedy !== null && <Prose text={document.remedy} />}
        </p>
        <div className="mt-4">
          <CodeBlock title="tieout.yaml" text={example} />
        </div>
      </Empty>
    </div>
  );
}

export const rollupExample = (pipeline: string): string => `pipelines:
  ${pipeline}:
    rollup:
      mode: unified
      events:
        table: usage_events
        columns:
          id: id
          customer: org
          meter: meter
          bucket: bucket_start
          value: value
          state: state
          attempted: first_attempt_at
          sent: sent_at`;

export const cutoverExample = (pipeline: string): string => `${rollupExample(pipeline)}
    cutover:
      from: cell
      billed:
        table: billed_buckets
        columns:
          customer: org
          from: bucket_start
          to: bucket_end
      runs:
        table: machine_runs
        columns:
          customer: org
          from: started_at
          to: ended_at
          memory: memory_mb
          disk: disk_mb`;
