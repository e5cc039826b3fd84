import { Check, ChevronDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';

type Option = { readonly value: string; readonly label: string; readonly note?: string };

/** One of a few things, changed where it is read. */
export function OptionMenu({
  label,
  value,
  options,
  onChoose,
}: {
  /** What is chosen here, for those who do not see where it stands. */
  label: string;
  value: string;
  options: readonly Option[];
  onChoose: (value: string) => void;
}) {
  const chosen = options.find((option) => option.value === value)?.label ?? value;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={`${label}: ${chosen}`}
        className="flex h-7 max-w-[220px] items-center gap-1 rounded-md border border-line-strong bg-page px-2 whitespace-nowrap hover:bg-hover"
      >
        <span className="truncate">{chosen}</span>
        <ChevronDown size={13} aria-hidden="true" className="shrink-0 text-muted" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          className="float-in z-40 max-h-[60vh] min-w-[180px] overflow-auto rounded-lg bg-float p-1.5 shadow-float"
        >
          <DropdownMenu.RadioGroup value={value} onValueChange={onChoose}>
            {options.map((option) => (
              <DropdownMenu.RadioItem
                key={option.value}
                value={option.value}
                className="flex min-h-8 items-center gap-2 rounded-md px-2 py-1 outline-none data-[highlighted]:bg-hover"
              >
                <span className="flex size-4 shrink-0 items-center justify-center">
                  {option.value === value && <Check size={14} aria-hidden="true" className="text-accent" />}
                </span>
                <span className="min-w-0">
                  <span className="block">{option.label}</span>
                  {option.note !== undefined && <span className="block text-label text-muted">{option.note}</span>}
                </span>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
