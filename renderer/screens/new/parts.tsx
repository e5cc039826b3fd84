import { Check, KeyRound, TriangleAlert, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { SetupSecret } from '../../../shared/contract/setup-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Prose } from '../../components/prose.tsx';
import { Failure } from '../../components/states.tsx';
import { documentOf, type ShownError } from '../../data/errors.ts';
import { useForgetSecret, useKeepSecret, useSecret, useSetupStart } from '../../data/setup.ts';
import { TextField } from '../settings/field.tsx';

/** The heading of a step, and why it is asked for. */
export function StepHead({ title, children }: { title: string; children: ReactNode }) {
  return (
    <header className="mb-5">
      <h2 tabIndex={-1} data-step-head className="w-fit text-lead font-semibold">
        {title}
      </h2>
      <p className="mt-0.5 max-w-[66ch] text-muted">{children}</p>
    </header>
  );
}

/** Two or more ways, of which one is taken. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly { readonly value: T; readonly label: string; readonly note: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <fieldset className="mb-4">
      <legend className="mb-1 text-table font-medium text-muted">{label}</legend>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(200px,1fr))] gap-2">
        {options.map((option) => (
          <label
            key={option.value}
            className={`flex items-baseline gap-2 rounded-md border px-3 py-2 hover:bg-hover ${option.value === value ? 'border-accent bg-selected' : 'border-line-strong'}`}
          >
            <input
              type="radio"
              name={label}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
              className="translate-y-[2px] accent-(--accent-fill)"
            />
            <span className="min-w-0">
              <span className="block font-medium">{option.label}</span>
              <span className="block text-table text-muted">{option.note}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** What a source told: facts, then everything that is wrong, errors first. */
export function TestResult({
  title,
  facts,
  problems,
  children,
}: {
  title: string;
  facts: readonly { readonly word: string; readonly value: string }[];
  problems: readonly (Pick<ShownError, 'code' | 'message'> & {
    readonly remedy?: string | undefined;
    readonly severity?: 'error' | 'warning' | undefined;
  })[];
  children?: ReactNode;
}) {
  const errors = problems.filter(({ severity }) => severity !== 'warning');
  const warnings = problems.filter(({ severity }) => severity === 'warning');
  return (
    <section aria-label={title} className="mt-5 rounded-lg border border-line">
      <p
        className={`flex items-center gap-2 px-4 py-2.5 font-medium ${errors.length > 0 ? 'text-structural' : ''}`}
        role="status"
      >
        {errors.length > 0 ? <X size={15} aria-hidden="true" /> : <Check size={15} aria-hidden="true" />}
        {errors.length > 0
          ? `${title} does not work yet.`
          : warnings.length > 0
            ? `${title} works, with ${warnings.length === 1 ? 'a warning' : `${warnings.length} warnings`}.`
            : `${title} works.`}
      </p>
      {problems.length > 0 && (
        <ul className="space-y-2 border-t border-line px-4 py-3">
          {[...errors, ...warnings].map(({ code, message, remedy, severity }) => (
            <li key={`${code} ${message}`} className="flex gap-2.5">
              {severity === 'warning' ? (
                <TriangleAlert size={14} role="img" aria-label="Warning" className="mt-[3px] shrink-0 text-billed" />
              ) : (
                <X size={14} role="img" aria-label="Error" className="mt-[3px] shrink-0 text-structural" />
              )}
              <span className="min-w-0 wrap-anywhere">
                <Prose text={message} />{' '}
                {remedy !== undefined && (
                  <span className="text-muted">
                    <Prose text={remedy} />
                  </span>
                )}{' '}
                <code className="font-mono text-label text-faint">{code}</code>
              </span>
            </li>
          ))}
        </ul>
      )}
      {facts.length > 0 && (
        <dl className="border-t border-line px-4 py-2 text-table">
          {facts.map(({ word, value }) => (
            <div key={word} className="grid grid-cols-[110px_minmax(0,1fr)] gap-3 py-0.5">
              <dt className="text-muted">{word}</dt>
              <dd className="wrap-anywhere">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {children}
    </section>
  );
}

const SOURCES = {
  environment: 'set in the environment',
  keychain: 'kept in the keychain',
  memory: 'kept until Tieout ends',
} as const;

/** The name of a variable, whether it has a value, and where one can be typed that never reaches the file. */
export function SecretField({
  folder,
  label,
  field,
  value,
  isOptional = false,
  onChange,
}: {
  folder: string;
  label: string;
  field: string;
  value: string;
  isOptional?: boolean;
  onChange: (name: string) => void;
}) {
  const secret = useSecret(folder, value);
  return (
    <div className="rounded-md border border-line px-3 py-3">
      <TextField
        field={field}
        label={`${label}, by the name of its variable${isOptional ? ' (empty: none)' : ''}`}
        value={value}
        isMono
        placeholder="NAME"
        note={
          /^([A-Za-z_]\w*)?$/.test(value) ? (
            <>
              tieout.yaml will say <code className="font-mono">{value === '' ? 'nothing' : `\${${value}}`}</code>; the
              value is never written there.
            </>
          ) : (
            'Letters, digits and _ alone. The secret itself goes below.'
          )
        }
        onChange={onChange}
      />
      {value !== '' && secret.data !== undefined && (
        <div className="mt-3 border-t border-line pt-2.5">
          <SecretValue folder={folder} secret={secret.data} />
        </div>
      )}
    </div>
  );
}

/** Where a secret comes from, and the means to keep or forget one. */
export function SecretValue({ folder, secret }: { folder: string; secret: SetupSecret }) {
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const keep = useKeepSecret();
  const forget = useForgetSecret();
  const start = useSetupStart().data;
  const { name, source } = secret;
  const isAsked = source === null || isOpen;
  const submit = (): void => {
    if (text === '') return;
    keep.mutate(
      { folder, name, value: text },
      {
        onSuccess: () => {
          setText('');
          setOpen(false);
        },
      },
    );
  };
  return (
    <div>
      <div className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
        <KeyRound size={13} aria-hidden="true" className="shrink-0 text-muted" />
        <code className="font-mono text-table wrap-anywhere">{name}</code>
        <span className={source === null ? 'text-structural' : 'text-muted'}>
          {source === null ? 'is not set' : `is ${SOURCES[source]}`}
        </span>
        {source !== null && source !== 'environment' && (
          <>
            <Button kind="quiet" onClick={() => setOpen(!isOpen)}>
              {isOpen ? 'Leave as it is' : 'Replace…'}
            </Button>
            <Button kind="quiet" onClick={() => forget.mutate({ folder, name })}>
              Forget
            </Button>
          </>
        )}
      </div>
      {isAsked && (
        <div className="mt-1.5 flex gap-2">
          <input
            type="password"
            value={text}
            aria-label={`Value of ${name}`}
            placeholder="Paste the secret"
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              submit();
            }}
            className="h-7 min-w-0 flex-1 rounded-md border border-line-strong bg-page px-2 placeholder:text-faint hover:bg-hover"
          />
          <Button disabled={text === '' || keep.isPending} onClick={submit}>
            {start?.keeps === 'keychain' ? 'Keep in the keychain' : 'Use until Tieout ends'}
          </Button>
        </div>
      )}
      {isAsked && start !== undefined && (
        <p className="mt-1 text-label text-faint">
          {start.keeps === 'keychain'
            ? 'Encrypted by the system for this user and this workspace alone.'
            : `${start.noKeychain === null ? '' : `${start.noKeychain} `}Held in memory and written nowhere; set the variable before you start Tieout next time.`}
        </p>
      )}
      {keep.isError && (
        <div className="mt-2">
          <Failure document={documentOf(keep.error)} />
        </div>
      )}
    </div>
  );
}
