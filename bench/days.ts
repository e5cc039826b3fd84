/** The days of a month beside its totals: what a cache of daily rows holds. Rows stand in key order, without a rowid. */
export const DAY_TABLE = `CREATE TABLE usage_day (
  meter INTEGER NOT NULL, customer INTEGER NOT NULL, day INTEGER NOT NULL, whole INTEGER NOT NULL, frac INTEGER NOT NULL,
  PRIMARY KEY (meter, customer, day)
) STRICT, WITHOUT ROWID;`;

export const DAY_COLUMNS = ['meter', 'customer', 'day', 'whole', 'frac'];
export const DAYS = 30;
