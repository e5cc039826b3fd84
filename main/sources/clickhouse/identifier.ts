import { TieoutError } from '../../../shared/errors.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Backtick-quotes a column. Only plain names pass: an expression belongs into a view, or into the `sql` template.
 * @throws TieoutError `clickhouse.bad_identifier`
 */
export const quoteColumn = (name: string, path: string): string => `\`${plain(name, 'column', path)}\``;

/** Backtick-quotes `table` or `database.table`. @throws TieoutError `clickhouse.bad_identifier` */
export function quoteTable(name: string, path: string): string {
  const parts = name.split('.');
  if (parts.length > 2) refuse(name, 'table', path);
  return parts.map((part) => `\`${plain(part, 'table', path, name)}\``).join('.');
}

function plain(part: string, what: 'column' | 'table', path: string, whole = part): string {
  return NAME.test(part) ? part : refuse(whole, what, path);
}

function refuse(name: string, what: 'column' | 'table', path: string): never {
  throw new TieoutError('clickhouse.bad_identifier', {
    message: `${path}: ${JSON.stringify(name)} is not a plain ${what} name.`,
    path,
    remedy:
      what === 'column'
        ? 'Name a column with letters, digits and underscores; put an expression into a view or use the sql template.'
        : 'Name a table as table or database.table, with letters, digits and underscores.',
  });
}
