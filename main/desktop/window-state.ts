import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const bounds = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
});
const stored = z.object({
  /** The display on which the window was last. */
  display: z.number(),
  /** By display, where the window was on it. */
  places: z.record(z.string(), bounds.extend({ isMaximized: z.boolean() })),
});

export type Bounds = z.infer<typeof bounds>;
export type Display = { readonly id: number; readonly workArea: Bounds };
export type WindowPlace = Bounds & { readonly isMaximized: boolean };

export const LEAST = { width: 960, height: 600 } as const;
const USUAL = { width: 1280, height: 800 } as const;
/** So much of the window must lie on its display, or its bar could not be caught hold of. */
const GRIP = { width: 160, height: 40 } as const;

/**
 * Where the window opens: where it was, if that display is still there and the place still lies on it; else in the
 * middle of the first display, never larger than it.
 */
export function placeOf(file: string, displays: readonly Display[]): WindowPlace {
  const kept = readStored(file);
  const display = displays.find(({ id }) => id === kept?.display) ?? displays[0];
  if (display === undefined) return { x: 0, y: 0, ...USUAL, isMaximized: false };
  const { workArea } = display;
  const place = kept?.places[String(display.id)];
  const size = place ?? USUAL;
  const width = clamp(size.width, LEAST.width, workArea.width);
  const height = clamp(size.height, LEAST.height, workArea.height);
  const isMaximized = place?.isMaximized ?? false;
  if (place !== undefined && isReachable({ ...place, width, height }, workArea)) {
    return { x: place.x, y: place.y, width, height, isMaximized };
  }
  return {
    x: workArea.x + Math.max(0, Math.floor((workArea.width - width) / 2)),
    y: workArea.y + Math.max(0, Math.floor((workArea.height - height) / 2)),
    width,
    height,
    isMaximized,
  };
}

const clamp = (value: number, least: number, most: number): number =>
  Math.max(Math.min(value, most), Math.min(least, most));

function isReachable(window: Bounds, area: Bounds): boolean {
  const wide = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x);
  const isBarThere = window.y >= area.y && window.y + GRIP.height <= area.y + area.height;
  return wide >= GRIP.width && isBarThere;
}

/** A convenience: where it cannot be written, the window opens in the middle next time. */
export function keepPlace(file: string, display: Display, place: WindowPlace): void {
  try {
    const places = { ...readStored(file)?.places, [String(display.id)]: place };
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.part`, JSON.stringify({ display: display.id, places }));
    renameSync(`${file}.part`, file);
  } catch {
    // Nothing but comfort is lost.
  }
}

function readStored(file: string): z.infer<typeof stored> | null {
  try {
    return stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
