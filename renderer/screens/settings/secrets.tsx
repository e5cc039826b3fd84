import { Failure } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useSecrets } from '../../data/setup.ts';
import { useWorkspace } from '../../data/workspace.ts';
import { SecretValue } from '../new/parts.tsx';

/** Where the secrets live that tieout.yaml refers to; a value that is missing can be typed, and none is ever shown. */
export function Secrets() {
  const secrets = useSecrets();
  const workspace = useWorkspace().data;
  if (secrets.isError) {
    return (
      <div className="mt-8">
        <Failure document={documentOf(secrets.error)} onRetry={() => void secrets.refetch()} />
      </div>
    );
  }
  if (secrets.data === undefined || workspace == null || workspace.isSample) return null;
  return (
    <section aria-labelledby="secrets" className="mt-8 max-w-[640px]">
      <h2 id="secrets" className="mb-1 text-lead font-semibold">
        Secrets
      </h2>
      {secrets.data.length === 0 ? (
        <p className="text-muted">tieout.yaml refers to none.</p>
      ) : (
        <ul className="border-t border-line">
          {secrets.data.map((secret) => (
            <li key={secret.name} className="border-b border-line py-2">
              <SecretValue folder={workspace.folder} secret={secret} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
