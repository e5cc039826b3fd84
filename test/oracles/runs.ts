/** How many cases a property tries: `TIEOUT_NIGHTLY=1` asks for the larger number. */
export const runs = (normal: number, nightly: number): number =>
  process.env.TIEOUT_NIGHTLY === '1' ? nightly : normal;
