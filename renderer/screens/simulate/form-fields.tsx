import { Plus, X } from 'lucide-react';
import { createContext, type ReactNode, useContext, useId, useState } from 'react';
import type { ScenarioProblem } from '../../../shared/contract/simulate-schemas.ts';
import { withAdded, without, withValue } from '../../../shared/values/edit-json.ts';
import { type JsonNode, nodeAt } from '../../../shared/values/json-places.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { formatCount } from '../../format/number.ts';

/** The text that the fields show and change, and what is wrong with it. */
export type FormText = {
  readonly text: string;
  readonly root: JsonNode;
  readonly problems: readonly ScenarioProblem[];
  readonly change: (text: string, field: string | null) => void;
};

export const ScenarioForm = createContext<FormText | null>(null);

export function useForm(): FormText {
  const form = useContext(ScenarioForm);
  if (form === null) throw new Error('A field of a scenario stands outside its form');
  return form;
}

const BOX =
  'h-7 w-full min-w-0 rounded-md border border-line-strong bg-page px-2 text-table placeholder:text-faint hover:bg-hover aria-invalid:border-structural';

/** What a field shows: text or a number as it stands; nothing for null and for what is no single value. */
export const shownText = (node: JsonNode | undefined): string =>
  node === undefined ||
  (node.kind === 'bare' && node.value === 'null') ||
  node.kind === 'object' ||
  node.kind === 'array'
    ? ''
    : node.value;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** Typed text as JSON: what was text stays text, what was a number stays one. */
function sourceOf(typed: string, node: JsonNode | undefined, isNumber: boolean): string {
  const wasNumber = node?.kind === 'bare' && NUMBER.test(node.value);
  return NUMBER.test(typed) && node?.kind !== 'string' && (isNumber || wasNumber) ? typed : JSON.stringify(typed);
}

type Of = {
  /** In the scenario; of a key that may be written in two ways, the first is the one that is made. */
  readonly path: string | readonly [string, ...string[]];
  readonly label: string;
  /** The label is said, not shown: a row of fields has a head. */
  readonly isBare?: boolean;
  /** What is emptied is taken out. */
  readonly isOptional?: boolean;
  readonly className?: string;
};

function useField({ path, isOptional = false }: Of) {
  const { text, root, problems, change } = useForm();
  const paths = typeof path === 'string' ? [path] : path;
  const at = paths.find((one) => nodeAt(root, one) !== undefined) ?? paths[0] ?? '';
  const node = nodeAt(root, at);
  const own = problems.filter(({ path: where }) => where !== null && paths.some((one) => isOf(where, one)));
  return {
    node,
    value: shownText(node),
    problems: own,
    set: (typed: string, isNumber = false): void =>
      change(typed === '' && isOptional ? without(text, at) : withValue(text, at, sourceOf(typed, node, isNumber)), at),
    place: at,
  };
}

const isOf = (where: string, path: string): boolean =>
  where === path || where.startsWith(`${path}.`) || where.startsWith(`${path}[`);

function Framed({
  of,
  problems,
  children,
}: {
  of: Of;
  problems: readonly ScenarioProblem[];
  children: (ids: { id: string; describedBy: string | undefined }) => ReactNode;
}) {
  const id = useId();
  return (
    <div className={`min-w-0 ${of.className ?? ''}`}>
      <label htmlFor={id} className={of.isBare === true ? 'sr-only' : 'mb-0.5 block truncate text-label text-muted'}>
        {of.label}
      </label>
      {children({ id, describedBy: problems.length > 0 ? `${id}p` : undefined })}
      {problems.length > 0 && (
        <div id={`${id}p`} className="mt-0.5 text-label text-structural wrap-anywhere">
          {problems.map(({ message, remedy, path }) => (
            <p key={`${path} ${message}`}>
              {message} <span className="text-muted">{remedy}</span>
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

export function TextOf({
  placeholder,
  isNumber = false,
  isMono = false,
  ...of
}: Of & { placeholder?: string; isNumber?: boolean; isMono?: boolean }) {
  const { value, problems, set } = useField(of);
  return (
    <Framed of={of} problems={problems}>
      {({ id, describedBy }) => (
        <input
          id={id}
          value={value}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={problems.length > 0}
          aria-describedby={describedBy}
          onChange={(event) => set(event.target.value, isNumber)}
          className={`${BOX} ${isNumber ? 'tabular text-right' : ''} ${isMono ? 'font-mono text-label' : ''}`}
        />
      )}
    </Framed>
  );
}

export function ChoiceOf({
  options,
  empty,
  ...of
}: Of & {
  options: readonly (readonly [value: string, label: string])[];
  /** What it is called where nothing is chosen. */
  empty?: string;
}) {
  const { value, problems, set } = useField(of);
  const isKnown = value === '' ? empty !== undefined : options.some(([option]) => option === value);
  return (
    <Framed of={of} problems={problems}>
      {({ id, describedBy }) => (
        <select
          id={id}
          value={value}
          aria-invalid={problems.length > 0}
          aria-describedby={describedBy}
          onChange={(event) => set(event.target.value)}
          className={`${BOX} pr-1`}
        >
          {empty !== undefined && <option value="">{empty}</option>}
          {!isKnown && <option value={value}>{value === '' ? '–' : value}</option>}
          {options.map(([option, label]) => (
            <option key={option} value={option}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Framed>
  );
}

const PAGE = 20;

/** The entries of a list, some at a time, each with its fields. */
export function ListOf({
  path,
  noun,
  template,
  children,
}: {
  path: string;
  /** `usage report`: what one of them is called. */
  noun: string;
  /** JSON of a new one. */
  template: string;
  children: (path: string, place: number) => ReactNode;
}) {
  const { text, root, change } = useForm();
  const [page, setPage] = useState(0);
  const list = nodeAt(root, path);
  const count = list?.kind === 'array' ? list.items.length : 0;
  const last = Math.max(0, Math.ceil(count / PAGE) - 1);
  const shown = Math.min(page, last);
  const first = shown * PAGE;
  const places = Array.from({ length: Math.min(PAGE, count - first) }, (_, step) => first + step);
  return (
    <>
      <ul className="space-y-1.5">
        {places.map((place) => (
          <li key={place} className="flex items-start gap-1">
            <div className="min-w-0 flex-1">{children(`${path}[${place}]`, place)}</div>
            <IconButton
              label={`Take ${noun} ${place + 1} out`}
              onClick={() => change(without(text, `${path}[${place}]`), null)}
              className="size-6!"
            >
              <X size={13} aria-hidden="true" />
            </IconButton>
          </li>
        ))}
      </ul>
      <div className="mt-1.5 flex items-center gap-2">
        <Button
          kind="quiet"
          className="-ml-1 h-6 px-1.5! text-table"
          icon={<Plus size={12} aria-hidden="true" />}
          onClick={() => {
            change(withAdded(text, path, template), null);
            setPage(Math.floor(count / PAGE));
          }}
        >
          Add {noun}
        </Button>
        {last > 0 && (
          <span className="ml-auto flex items-center gap-1 text-table text-muted">
            <Button kind="quiet" className="h-6" disabled={shown === 0} onClick={() => setPage(shown - 1)}>
              Back
            </Button>
            <span className="tabular">
              {formatCount(first + 1)}–{formatCount(first + places.length)} of {formatCount(count)}
            </span>
            <Button kind="quiet" className="h-6" disabled={shown === last} onClick={() => setPage(shown + 1)}>
              On
            </Button>
          </span>
        )}
      </div>
    </>
  );
}

/** A part of the form that can be folded; it opens where something is wrong in it. */
export function Part({
  title,
  paths,
  count,
  children,
  isOpen = true,
}: {
  title: string;
  paths: readonly string[];
  count?: number;
  children: ReactNode;
  isOpen?: boolean;
}) {
  const { problems } = useForm();
  const wrong = problems.filter(({ path }) => path !== null && paths.some((one) => isOf(path, one))).length;
  return (
    <details open={isOpen || wrong > 0} className="border-b border-line py-2.5">
      <summary className="fold -ml-1 cursor-default font-semibold select-none">
        {title}
        {count !== undefined && (
          <span className="tabular pl-2 text-table font-normal text-faint">{formatCount(count)}</span>
        )}
        {wrong > 0 && <span className="pl-2 text-table font-medium text-structural">{wrong} wrong</span>}
      </summary>
      <div className="mt-2">{children}</div>
    </details>
  );
}
