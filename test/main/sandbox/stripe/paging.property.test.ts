import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeForm, type FormValue } from '../../../../main/sandbox/stripe/form.ts';
import { PAGE_PARAMS, paged } from '../../../../main/sandbox/stripe/paging.ts';
import { Params } from '../../../../main/sandbox/stripe/params.ts';

const SEED = { seed: 20261121, numRuns: 200 };

test('pages forwards and backwards show every object that passes the filter once, in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 60 }),
      fc.integer({ min: 1, max: 100 }),
      fc.boolean(),
      (flags, limit, backwards) => {
        const all = flags.map((isShown, index) => ({ id: `x${index}`, isShown }));
        const shown = all.filter(({ isShown }) => isShown).map(({ id }) => id);
        const seen: string[] = [];
        let cursor = backwards ? shown.at(-1) : undefined;
        if (backwards && cursor === undefined) return;
        for (let hasMore = true; hasMore; ) {
          const form = {
            limit: String(limit),
            ...(cursor === undefined ? {} : { [backwards ? 'ending_before' : 'starting_after']: cursor }),
          };
          const page = paged(all, new Params(form, PAGE_PARAMS), {
            url: '/x',
            kind: 'x',
            filter: ({ isShown }) => isShown,
          });
          const ids = page.data.map(({ id }) => id);
          if (backwards) seen.unshift(...ids);
          else seen.push(...ids);
          cursor = backwards ? ids[0] : ids.at(-1);
          hasMore = page.has_more;
        }
        expect(seen).toEqual(backwards ? shown.slice(0, -1) : shown);
      },
    ),
    SEED,
  );
});

/** Writes a tree the way the SDK does: `a[b][0]=c`. */
function encode(value: FormValue, name: string): [string, string][] {
  if (typeof value === 'string') return [[name, value]];
  return Object.entries(value).flatMap(([key, child]) =>
    encode(child as FormValue, name === '' ? key : `${name}[${key}]`),
  );
}

const key = fc.stringMatching(/^[a-z][a-z_]{0,8}$/);
const tree = fc.letrec<{ value: FormValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.array(tie('value'), { minLength: 1, maxLength: 4 }),
    fc.dictionary(key, tie('value'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

test('what the brackets of a form stand for is found again', () => {
  fc.assert(
    fc.property(fc.dictionary(key, tree, { noNullPrototype: true }), (form) => {
      const pairs = encode(form, '');
      expect(decodeForm(new URLSearchParams(pairs).toString())).toEqual(form);
    }),
    SEED,
  );
  expect(decodeForm('expand[]=data.a&expand[]=data.b&created[gte]=5')).toEqual({
    expand: ['data.a', 'data.b'],
    created: { gte: '5' },
  });
});
