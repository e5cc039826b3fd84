import { readFileSync } from 'node:fs';
import { assert } from '../../../shared/errors.ts';

/**
 * Reads a query that lies beside the adapter and gives back a function that fills its `<<places>>`. What goes in is
 * quoted identifiers and the fixed expressions of this folder, never a value: values travel as bound parameters.
 */
export function sqlFile(name: string): (places: Readonly<Record<string, string>>) => string {
  const text = readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8').trimEnd();
  return (places) =>
    text.replace(/<<(\w+)>>/g, (_, place: string) => {
      const filling = places[place];
      assert(filling !== undefined, `${name}.sql has a place <<${place}>> that nothing fills`);
      return filling;
    });
}
