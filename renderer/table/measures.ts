import { type RefObject, useLayoutEffect, useState } from 'react';

/** Inner width of an element in pixels, kept right while it changes. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(1200);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const observer = new ResizeObserver(() => setWidth(current.clientWidth));
    observer.observe(current);
    setWidth(current.clientWidth);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** Distance from the top of the scrolled content to the first row, kept right while what is above changes its height. */
export function useOffset(body: RefObject<HTMLElement | null>, scroller: RefObject<HTMLElement | null>): number {
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const update = (): void => {
      const { current } = body;
      const parent = scroller.current;
      if (current === null || parent === null) return;
      const next = Math.round(
        current.getBoundingClientRect().top - parent.getBoundingClientRect().top + parent.scrollTop,
      );
      // Positions between two pixels round either way while the rows scroll: that is no change of the layout.
      setOffset((before) => (Math.abs(before - next) > 1 ? next : before));
    };
    update();
    const above = scroller.current?.firstElementChild;
    const observer = new ResizeObserver(update);
    if (above != null) for (const child of above.children) observer.observe(child);
    return () => observer.disconnect();
  });
  return offset;
}
