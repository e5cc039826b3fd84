import { ChevronRight, FileDown } from 'lucide-react';
import { useState } from 'react';
import type { IncidentRemedy, RemedyRequest } from '../../../shared/contract/incident-schemas.ts';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Prose } from '../../components/prose.tsx';
import { Skeleton } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useRemedy, useWriteRemedy } from '../../data/incidents.ts';
import { groupNumbersIn } from '../../format/number.ts';
import { useAnnounce } from '../../frame/announcer.tsx';

type File = IncidentRemedy['files'][number];

/**
 * What to do about an incident, and the files that do it. Tieout writes them, somebody else sends them.
 * @param known the remedy in a sentence, while the steps are on their way or cannot be had
 */
export function Remedy({ request, known }: { request: RemedyRequest; known: string }) {
  const { data, error, isPending, refetch } = useRemedy(request);
  if (error !== null) {
    return (
      <>
        <Steps steps={[known]} />
        <p className="mt-1 text-table text-muted">
          Its files cannot be made: {documentOf(error).message}{' '}
          <button type="button" onClick={() => void refetch()} className="text-accent hover:underline">
            Try again
          </button>
        </p>
      </>
    );
  }
  if (isPending) {
    return (
      <>
        <Steps steps={[known]} />
        <span role="status" aria-label="Working out the remedy" className="mt-2 block">
          <Skeleton width={220} />
        </span>
      </>
    );
  }
  return (
    <>
      <Steps steps={data.steps.length === 0 ? [known] : data.steps} />
      {data.files.length > 0 && (
        <ul className="mt-2 space-y-2">
          {data.files.map((file) => (
            <FileRow key={file.name} file={file} request={request} />
          ))}
        </ul>
      )}
    </>
  );
}

function Steps({ steps }: { steps: readonly string[] }) {
  const [first, ...rest] = steps;
  return (
    <>
      <p className="wrap-anywhere">
        <span className="font-medium">Next: </span>
        <Prose text={groupNumbersIn(first ?? '')} />
      </p>
      {rest.map((step) => (
        <p key={step} className="mt-1 wrap-anywhere">
          <Prose text={groupNumbersIn(step)} />
        </p>
      ))}
    </>
  );
}

function FileRow({ file, request }: { file: File; request: RemedyRequest }) {
  const [isOpen, setOpen] = useState(false);
  const announce = useAnnounce();
  const writing = useWriteRemedy();
  const write = (): void =>
    writing.mutate({ ...request, file: file.name }, { onError: (error) => announce(documentOf(error).message, 'bad') });
  return (
    <li>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button
          disabled={writing.isPending}
          onClick={write}
          title={`Writes ${file.name} into the workspace; nothing is sent`}
          icon={<FileDown size={13} aria-hidden="true" />}
        >
          Write the file
        </Button>
        <span className="min-w-0 flex-1 basis-[200px]">
          <span className="block">{groupNumbersIn(file.sentence)}</span>
          <code className="block font-mono text-label wrap-anywhere text-muted">{file.name}</code>
        </span>
        {file.preview !== '' && (
          <button
            type="button"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            className="flex items-center gap-0.5 text-table text-muted hover:text-ink"
          >
            <ChevronRight size={13} aria-hidden="true" className={isOpen ? 'rotate-90' : ''} />
            Look inside
          </button>
        )}
      </div>
      {isOpen && (
        <div className="mt-2">
          <CodeBlock title={`Beginning of ${file.name}`} text={file.preview} maxHeight={200} />
        </div>
      )}
    </li>
  );
}
