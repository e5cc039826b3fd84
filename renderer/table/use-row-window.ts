import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'react';
import { useAttached } from './measures.ts';
import { type ScaledScroll, scaledScroll } from './scaled-scroll.ts';

const OVERSCAN = 6;
/** Heights of what sticks above and below the rows, so that the keyboard never moves under it. */
const STICKY_TOP = 84;
const STICKY_BOTTOM = 40;
const WHEEL_LINE_PX = 32;

export type PlacedRow = {
  readonly index: number;
  /** Distance from the top of the element that holds the rows. */
  readonly top: number;
};

export type RowWindow = {
  readonly rows: readonly PlacedRow[];
  /** Height of the element that holds the rows. */
  readonly height: number;
  /** Whether what is above the rows still fills the place under which they scroll. */
  readonly isHeadInView: () => boolean;
  readonly scrollTo: (index: number, align?: 'auto' | 'center') => void;
};

/**
 * The rows on screen out of any number of them.
 * @param margin height of what is above the rows in the scrolled content
 */
export function useRowWindow(
  count: number,
  rowPx: number,
  margin: number,
  scroller: RefObject<HTMLElement | null>,
): RowWindow {
  const viewport = useHeight(scroller);
  const scale = useMemo(() => scaledScroll(count * rowPx, margin, viewport), [count, rowPx, margin, viewport]);
  const scaleNow = useRef(scale);
  scaleNow.current = scale;
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  const observe = useCallback(
    (instance: Virtualizer<HTMLElement, Element>, report: (offset: number, isScrolling: boolean) => void) => {
      const element = instance.scrollElement;
      if (element === null) return;
      const tell = (): void => {
        report(scaleNow.current.toList(element.scrollTop), false);
        // A scaled row moves with every pixel of the bar, not only when others come into view.
        if (scaleNow.current.ratio > 1) redraw();
      };
      tell();
      element.addEventListener('scroll', tell, { passive: true });
      return () => element.removeEventListener('scroll', tell);
    },
    [],
  );
  const virtualizer = useVirtualizer<HTMLElement, Element>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
    scrollMargin: margin,
    observeElementOffset: observe,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are measured again because their height changed
  useEffect(() => virtualizer.measure(), [rowPx, virtualizer]);
  useEvenWheel(scroller, scale, margin);

  const scrollTop = scroller.current?.scrollTop ?? 0;
  const shift = scale.ratio === 1 ? -margin : scrollTop - margin - scale.toList(scrollTop);
  return {
    rows: virtualizer.getVirtualItems().map(({ index, start }) => ({ index, top: start + shift })),
    height: scale.height,
    isHeadInView: () => (scroller.current?.scrollTop ?? 0) < margin - STICKY_TOP,
    scrollTo: (index, align = 'auto') => {
      const element = scroller.current;
      if (element === null) return;
      const top = margin + index * rowPx;
      const offset = scale.toList(element.scrollTop);
      const isAbove = top < offset + STICKY_TOP;
      const isBelow = top + rowPx > offset + viewport - STICKY_BOTTOM;
      if (!isAbove && !isBelow) return;
      const target =
        align === 'center'
          ? top - (viewport - rowPx) / 2
          : isAbove
            ? top - STICKY_TOP
            : top + rowPx - viewport + STICKY_BOTTOM;
      element.scrollTop = scale.toScroll(Math.max(0, target));
    },
  };
}

/** A wheel moves the rows by as much as it says, however the bar is scaled. */
function useEvenWheel(scroller: RefObject<HTMLElement | null>, { ratio }: ScaledScroll, margin: number): void {
  useEffect(() => {
    const element = scroller.current;
    if (element === null || ratio === 1) return;
    const onWheel = (event: WheelEvent): void => {
      if (event.ctrlKey || element.scrollTop < margin) return;
      event.preventDefault();
      element.scrollTop += (event.deltaY * (event.deltaMode === 1 ? WHEEL_LINE_PX : 1)) / ratio;
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [scroller, ratio, margin]);
}

function useHeight(element: RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState(800);
  const measured = useAttached(element);
  useLayoutEffect(() => {
    if (measured === null) return;
    const observer = new ResizeObserver(() => setHeight(measured.clientHeight));
    observer.observe(measured);
    setHeight(measured.clientHeight);
    return () => observer.disconnect();
  }, [measured]);
  return height;
}
