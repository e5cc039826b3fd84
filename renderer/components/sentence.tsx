/** A sentence in which no sign ends a line without its amount: `−$5,901.15` stays together. */
export const Sentence = ({ text }: { text: string }) =>
  text.split(/([−+]\S+)/).map((part, place) =>
    place % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text, in their order
      <span key={place} className="whitespace-nowrap">
        {part}
      </span>
    ),
  );
