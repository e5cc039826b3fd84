/** A sentence of ours in which `names` stand between backticks, as in a message or a remedy. */
export function Prose({ text }: { text: string }) {
  return text.split('`').map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence have no identity but their place
      <code key={index} className="font-mono text-[0.92em]">
        {part}
      </code>
    ),
  );
}
