/** A figure in the footer of a grid. */
export function Sum({
  word,
  tone,
  text,
  isStrong = false,
}: {
  word: string;
  tone: string;
  text: string;
  isStrong?: boolean;
}) {
  return (
    <span>
      <span className={`pr-1.5 text-label ${tone}`}>{word}</span>
      <span className={isStrong ? 'font-semibold' : ''}>{text}</span>
    </span>
  );
}
