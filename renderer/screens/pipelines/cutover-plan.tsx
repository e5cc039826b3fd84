import { ChevronDown, Download } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import type { CutoverPlan } from '../../../shared/contract/pipelines-schemas.ts';
import { Button } from '../../components/button.tsx';
import { GateMark } from '../../components/gate-mark.tsx';
import { Prose } from '../../components/prose.tsx';
import { documentOf } from '../../data/errors.ts';
import { useCutoverReport } from '../../data/pipelines.ts';
import { formatCount } from '../../format/number.ts';
import { CHECK_WORDS } from '../../format/pipeline-words.ts';
import { formatHour, formatInstantLong } from '../../format/time.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { useShortcuts } from '../../frame/shortcuts.ts';
import { readable } from './pipelines-view.ts';

/** What was checked, what to set in which order, and the way back. */
export function CutoverPlanView({ plan, onBoundary }: { plan: CutoverPlan; onBoundary: (at: string) => void }) {
  const { boundaries, at } = plan;
  const isAligned = boundaries.before === at;
  return (
    <>
      <div className="mt-5 flex items-start gap-4 border-t border-line pt-4">
        <div className="min-w-0 flex-1">
          <h2 className="text-lead font-semibold">
            {plan.phase === 'past' ? 'T was ' : 'Switch at '}
            {formatInstantLong(at)}
          </h2>
          <p className="mt-0.5 text-lead">{readable(plan.sentence)}</p>
          {!isAligned && (
            <p className="mt-2 flex flex-wrap gap-2">
              <Button onClick={() => onBoundary(boundaries.before)}>Take {formatHour(boundaries.before)}</Button>
              <Button onClick={() => onBoundary(boundaries.after)}>Take {formatHour(boundaries.after)}</Button>
            </p>
          )}
        </div>
        <ReportMenu plan={plan} />
      </div>
      <div className="mt-5 grid items-start gap-x-10 gap-y-8 @min-[900px]:grid-cols-2">
        <section aria-labelledby="checks" className="min-w-0">
          <h2 id="checks" className="mb-2 text-lead font-semibold">
            Checks
          </h2>
          <ol className="border-t border-line">
            {plan.before.map((check) => (
              <Check key={check.check} check={check} />
            ))}
          </ol>
        </section>
        <div className="min-w-0 space-y-8">
          <section aria-labelledby="steps">
            <h2 id="steps" className="mb-2 text-lead font-semibold">
              In this order
            </h2>
            <Steps>
              {plan.steps.map((step, index) => (
                <Step key={step.title} number={index + 1} step={step} notBefore={step.notBefore} />
              ))}
            </Steps>
          </section>
          <section aria-labelledby="back">
            <h2 id="back" className="mb-2 text-lead font-semibold">
              The way back
            </h2>
            <Steps>
              {plan.rollback.map((step, index) => (
                <Step key={step.title} number={index + 1} step={step} notBefore={null} />
              ))}
            </Steps>
            {plan.cannotBeUndone.length > 0 && (
              <div className="mt-3 border-l-2 border-structural pl-3">
                <p className="font-medium">What cannot be undone</p>
                <ul className="text-muted">
                  {plan.cannotBeUndone.map((sentence) => (
                    <li key={sentence}>
                      <Prose text={readable(sentence)} />
                    </li>
                  ))}
                </ul>
              </div>
            )}
          </section>
        </div>
      </div>
    </>
  );
}

const decisionOf = (held: boolean | null) => (held === null ? 'unknown' : held ? 'pass' : 'blocked');

function Check({ check: { check, held, detail, remedy, against, count } }: { check: CutoverPlan['before'][number] }) {
  return (
    <li className="flex items-start gap-3 border-b border-line py-2.5">
      <span className="pt-0.5">
        <GateMark decision={decisionOf(held)} />
      </span>
      <div className="min-w-0 flex-1">
        <h3 className={held === true ? 'font-medium' : 'font-semibold'}>{CHECK_WORDS[check]}</h3>
        <p className="wrap-anywhere text-muted">
          <Prose text={readable(detail)} />
        </p>
        {remedy !== null && (
          <p className="mt-0.5 wrap-anywhere">
            <Prose text={readable(remedy)} />
          </p>
        )}
        {against.length > 0 && (
          <p className="mt-0.5 wrap-anywhere">
            <bdi>{readable(against.join(', '))}</bdi>
            {count > against.length && ` and ${formatCount(count - against.length)} more`}
          </p>
        )}
      </div>
    </li>
  );
}

const Steps = ({ children }: { children: ReactNode }) => <ol className="border-t border-line">{children}</ol>;

function Step({
  number,
  step: { title, detail, settings },
  notBefore,
}: {
  number: number;
  step: CutoverPlan['rollback'][number];
  notBefore: string | null;
}) {
  return (
    <li className="flex items-start gap-3 border-b border-line py-2.5">
      <span className="tabular w-4 shrink-0 text-right text-muted">{number}</span>
      <div className="min-w-0 flex-1">
        <h3 className="font-medium">{title}</h3>
        <p className="text-muted">
          <Prose text={readable(detail)} />
          {notBefore !== null && <> Not before {formatInstantLong(notBefore)}.</>}
        </p>
        {settings.length > 0 && (
          <table className="mt-1.5 text-table">
            <caption className="sr-only">Settings: {title}</caption>
            <tbody>
              {settings.map(({ name, value, where }) => (
                <tr key={`${where} ${name}`}>
                  <th scope="row" className="h-6 pr-3 font-mono">
                    {name}
                  </th>
                  <td className="h-6 pr-3 font-mono font-medium">{value}</td>
                  <td className="h-6 text-muted">in {where}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </li>
  );
}

const FORMATS = [
  { format: 'txt', word: 'To read', meaning: 'Checks, settings and seam as text.' },
  { format: 'json', word: 'For a program', meaning: 'The same as JSON, with every gap and overlap.' },
] as const;

/** Writes plan and seam, for the file. */
function ReportMenu({ plan: { pipeline, at } }: { plan: CutoverPlan }) {
  const report = useCutoverReport();
  const announce = useAnnounce();
  const [isOpen, setOpen] = useState(false);
  useShortcuts([{ keys: 'e', label: 'Save the report', run: () => setOpen(true) }]);
  return (
    <DropdownMenu.Root modal={false} open={isOpen} onOpenChange={setOpen}>
      <DropdownMenu.Trigger
        disabled={report.isPending}
        title="Save the report (e)"
        className="flex h-7 shrink-0 items-center gap-1.5 rounded-md border border-line-strong bg-page px-2.5 font-medium whitespace-nowrap hover:bg-hover disabled:opacity-60"
      >
        <Download size={13} aria-hidden="true" />
        Save the report
        <ChevronDown size={13} aria-hidden="true" className="text-muted" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          className="float-in z-40 w-[280px] rounded-lg bg-float p-1.5 shadow-float"
        >
          {FORMATS.map(({ format, word, meaning }) => (
            <DropdownMenu.Item
              key={format}
              onSelect={() =>
                report.mutate(
                  { pipeline, at, format },
                  { onError: (error) => announce(documentOf(error).message, 'bad') },
                )
              }
              className="rounded-md px-2 py-1.5 outline-none data-[highlighted]:bg-hover"
            >
              {word}
              <span className="block text-label text-muted">{meaning}</span>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
