/** What the address of the screen holds: which scenario, or whose month it is made of. */
export type SimulateSearch = {
  id?: string;
  customer?: string;
  month?: string;
  /** Usage that arrives late: `4h`. */
  late?: string;
  /** How long an invoice is a draft: `48h`. */
  grace?: string;
};

export function simulateSearchOf(raw: Record<string, unknown>): SimulateSearch {
  const text = (key: keyof SimulateSearch, shape: RegExp): SimulateSearch => {
    const value = raw[key];
    return typeof value === 'string' && shape.test(value) ? { [key]: value } : {};
  };
  if (typeof raw.customer === 'string' && typeof raw.month === 'string') {
    return {
      ...text('customer', /./),
      ...text('month', /^\d{4}-\d{2}$/),
      ...text('late', /^\d+[hd]$/),
      ...text('grace', /^\d+[hd]$/),
    };
  }
  return text('id', /^(?:built-in|own|new)\/[^/\\]+$/);
}
