import { type RefObject, useEffect, useLayoutEffect, useState } from 'react';

/** Inner width of an element in pixels, kept right while it changes. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(1200);
  const measured = useAttached(element);
  useLayoutEffect(() => {
    if (measured === null) return;
    const observer = new ResizeObserver(() => setWidth(measured.clientWidth));
    observer.observe(measured);
    setWidth(measured.clientWidth);
    return () => observer.disconnect();
  }, [measured]);
  return width;
}

/**
 * What a ref holds. An element that appears together with what is inside it is attached after the layout effects of
 * the inside: it is looked for once more when all of it stands.
 */
export function useAttached(element: RefObject<HTMLElement | null>): HTMLElement | null {
  const [attached, setAttached] = useState<HTMLElement | null>(null);
  useLayoutEffect(() => setAttached(element.current));
  useEffect(() => setAttached(element.current));
  return attached;
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
