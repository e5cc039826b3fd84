import { type Command, Option } from 'commander';
import { PreviewExit, previewJson } from '../api/invoices/preview-document.ts';
import { PreviewDigest, previewText } from '../api/invoices/preview-text.ts';
import type { Quantities } from '../api/invoices/usage-book.ts';
import type { Cli } from '../cli.ts';
import { openWorkspace } from '../compose.ts';
import { withPreview } from '../preview.ts';
import { count } from './count.ts';
import { say, write } from './io.ts';

type PreviewFlags = {
  readonly month?: string;
  readonly customer?: readonly string[];
  readonly quantities: Quantities;
  readonly limit: number;
  readonly json?: boolean;
};

/** Invoices that the terminal shows; the rest is counted. */
const SHOWN_INVOICES = 20;

export const registerPreview = (program: Command, { io, exit }: Cli): Command =>
  program
    .command('preview')
    .description('preview the invoices of a month line by line, beside Stripe’s own, offline')
    .argument('<dir>', 'the workspace')
    .option('--customer <id...>', 'these customers only (Stripe ids or usage ids)')
    .option('--month <YYYY-MM>', 'the month in which the usage period begins, UTC; by default the current one')
    .addOption(
      new Option('--quantities <which>', 'bill what Stripe metered, or what was measured')
        .choices(['metered', 'measured'])
        .default('metered'),
    )
    .option('--limit <number>', 'most invoices to print', count, SHOWN_INVOICES)
    .action(async (dir: string, flags: PreviewFlags) => {
      const { month, customer, quantities } = flags;
      const options = {
        quantities,
        ...(month === undefined ? {} : { month }),
        ...(customer === undefined ? {} : { customers: customer }),
      };
      const code = new PreviewExit();
      await withPreview(openWorkspace(dir, io.env), options, {
        now: io.now,
        work: async ({ head, previews, isPulled, proof }) => {
          if (!isPulled) {
            code.addMissing();
            await say(io, `Nothing was pulled yet; pull it with: tieout pull ${dir} --month ${head.month}`);
          }
          if (flags.json === true) {
            for (const piece of previewJson(head, previews, proof, code)) await write(io.stdout, piece);
            return;
          }
          const digest = new PreviewDigest(flags.limit);
          for (const preview of previews) {
            code.add(preview);
            digest.add(preview);
          }
          await write(io.stdout, previewText(head, digest, proof()));
        },
      });
      exit(code.code);
    });
