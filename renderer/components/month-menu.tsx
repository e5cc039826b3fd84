import { Check, ChevronDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { formatMonth } from '../format/time.ts';

/** A month that can be changed where it is read. */
export function MonthMenu({
  label,
  month,
  months,
  everything,
  onChoose,
}: {
  label: string;
  month: string | null;
  /** Newest first. */
  months: readonly string[];
  /** What to call all months together, where that can be chosen. */
  everything?: string;
  onChoose: (month: string | null) => void;
}) {
  const options: readonly (string | null)[] = everything === undefined ? months : [null, ...months];
  const nameOf = (option: string | null): string => (option === null ? (everything ?? '') : formatMonth(option));
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={`${label}: ${nameOf(month)}`}
        className="flex h-7 items-center gap-1 rounded-md border border-line-strong bg-page px-2 whitespace-nowrap hover:bg-hover"
      >
        {nameOf(month)}
        <ChevronDown size={13} aria-hidden="true" className="shrink-0 text-muted" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="start"
          sideOffset={4}
          className="float-in z-40 max-h-[60vh] min-w-[160px] overflow-auto rounded-lg bg-float p-1.5 shadow-float"
        >
          <DropdownMenu.RadioGroup value={month ?? ''} onValueChange={(value) => onChoose(value === '' ? null : value)}>
            {options.map((option) => (
              <DropdownMenu.RadioItem
                key={option ?? ''}
                value={option ?? ''}
                className="flex h-8 items-center gap-2 rounded-md px-2 outline-none data-[highlighted]:bg-hover"
              >
                <span className="flex size-4 items-center justify-center">
                  {option === month && <Check size={14} aria-hidden="true" className="text-accent" />}
                </span>
                {nameOf(option)}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
