/**
 * How well an entry of the palette fits what is typed; 0: not at all. All words must occur; the beginning of the label
 * counts for most, then beginnings of words, then the rest.
 * @param more what else the entry is called
 */
export function rankOf(label: string, typed: string, more: readonly string[] = []): number {
  const text = label.toLowerCase();
  const all = [text, ...more.map((word) => word.toLowerCase())].join(' ');
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return 1;
  if (text.startsWith(wanted)) return 1;
  if (` ${text}`.includes(` ${wanted}`)) return 0.8;
  const words = wanted.split(/\s+/);
  if (!words.every((word) => all.includes(word))) return 0;
  if (words.every((word) => ` ${text}`.includes(` ${word}`))) return 0.7;
  return words.every((word) => ` ${all}`.includes(` ${word}`)) ? 0.5 : 0.3;
}
