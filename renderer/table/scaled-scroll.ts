/** A browser clips what is taller than about 33 million pixels, and loses whole pixels above 16 million. */
export const TALLEST_PX = 15_000_000;

/** How a list that may be taller than any element is laid under a scroll bar. All lengths in pixels. */
export type ScaledScroll = {
  /** Height of the element that holds the rows. */
  readonly height: number;
  /** Pixels of the list that pass for each pixel of the scroll bar while rows are in view; 1 where all fits. */
  readonly ratio: number;
  /** Position of the scroll bar → distance from the top of the content as if nothing was scaled. */
  readonly toList: (scrollTop: number) => number;
  /** The other way round. */
  readonly toScroll: (offset: number) => number;
};

/**
 * What is above the rows scrolls as it is; from there on the bar runs faster than it shows, so that it ends where the
 * list does.
 * @param total height of all rows
 * @param margin height of what is above them
 * @param viewport height of what is visible
 */
export function scaledScroll(total: number, margin: number, viewport: number, tallest = TALLEST_PX): ScaledScroll {
  const hidden = Math.max(0, total - tallest);
  const way = Math.max(1, tallest - viewport);
  if (hidden === 0) return { height: total, ratio: 1, toList: (at) => at, toScroll: (at) => at };
  const ratio = 1 + hidden / way;
  const end = margin + way;
  return {
    height: tallest,
    ratio,
    toList: (at) => {
      if (at <= margin) return at;
      return at >= end ? at + hidden : margin + (at - margin) * ratio;
    },
    toScroll: (at) => {
      if (at <= margin) return at;
      return at >= end + hidden ? at - hidden : margin + (at - margin) / ratio;
    },
  };
}
