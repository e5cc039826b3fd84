import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { performTask } from '../child.ts';

type Input = {
  readonly file: string;
  /** `split`: quantities as two columns of integers; `decimal`: as one text. */
  readonly form: 'split' | 'decimal';
};

/** What a CSV says of customer, usage id, name, meter, measured and metered, whatever the order of its lines. */
await performTask<Input>(async ({ file, form }) => {
  let lines = 0;
  let mark = 0n;
  let isHead = form === 'decimal';
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (isHead) {
      isHead = false;
      continue;
    }
    const fields = fieldsOf(line);
    const [, customer, usageId, name, meter, , a = '', b = '', c = '', d = ''] = fields;
    const [measured, metered] = form === 'split' ? [joined(a, b), joined(c, d)] : [a, b];
    lines += 1;
    mark += BigInt(hash(`${customer}|${usageId}|${name}|${meter}|${measured}|${metered}`));
  }
  return { ms: 0, check: `${lines} lines, mark ${mark}` };
});

function fieldsOf(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(',');
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), (match) => match[1] ?? match[2] ?? '');
}

/** whole + frac · 10^-12 in plain notation. */
function joined(whole: string, frac: string): string {
  if (whole === '' || frac === '0') return whole;
  return `${whole}.${frac.padStart(12, '0').replace(/0+$/, '')}`;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return state >>> 0;
}
