import { describe, expect, test } from 'vitest';
import { chartData, explanationAt, predictionOf, shadedHours } from '../../renderer/screens/cell/series.ts';
import {
  factorText,
  incidentMark,
  incidentName,
  incidentsSentence,
  withoutWorth,
  worthOf,
} from '../../renderer/screens/incident/incident-view.ts';
import { filterOf, isFiltered, monthSearchOf, withoutFilters } from '../../renderer/screens/month/month-search.ts';
import type { CellCause, CellClaim, IncidentView } from '../../shared/contract/incident-schemas.ts';
import type { HourPoint } from '../../shared/contract/schemas.ts';
import { fixtureApi } from '../e2e/fixture/api.ts';

const month = '2026-05';

describe('incidents of a month', () => {
  test('are counted in a sentence, with what is unexplained', async () => {
    const some = await fixtureApi('plain').api.incidents.list({ month });
    expect(incidentsSentence(some)).toBe('4 explain 22 cells; 1 is unexplained.');
    expect(incidentsSentence({ ...some, unexplained: { cells: 0, money: [] } })).toBe(
      '4 explain 22 cells; nothing is unexplained.',
    );
    const [first] = some.incidents;
    expect(incidentsSentence({ ...some, incidents: first === undefined ? [] : [{ ...first, cells: 1 }] })).toBe(
      '1 explains 1 cell; 1 is unexplained.',
    );
    expect(incidentsSentence({ ...some, incidents: [] })).toBe('No cause is known of 1 cell.');
  });

  test('narrow the table by their id, and nothing else does then', async () => {
    const id = `${month}/missed_push/315-319`;
    const search = monthSearchOf({ incident: id, sort: 'drift' });
    expect(filterOf(search)).toEqual({ incident: id });
    expect(isFiltered(search)).toBe(true);
    expect(withoutFilters(search)).toEqual({ sort: 'drift', dir: 'descending' });
    expect(monthSearchOf({ incident: '' })).toEqual({});
    const { api } = fixtureApi('plain');
    const rows = await api.months.cells({
      month,
      filter: filterOf(search),
      sort: { by: 'default', direction: 'ascending' },
      offset: 0,
      limit: 100,
    });
    expect(rows.total).toBe(10);
    expect(rows.rows.every(({ incident }) => incident === id)).toBe(true);
  });

  test.each([
    [
      'The pushes are missing for 412 customers on 3 meters, worth $8,113.20.',
      'The pushes are missing for 412 customers on 3 meters.',
    ],
    [
      'Pushes are late for 2 customers on 1 meter, worth €12.00 and $4.00.',
      'Pushes are late for 2 customers on 1 meter.',
    ],
    [
      'Two pushes stand in one second for 1 customer on 1 meter.',
      'Two pushes stand in one second for 1 customer on 1 meter.',
    ],
  ])('%s', (sentence, without) => {
    expect(withoutWorth(sentence)).toBe(without);
  });

  test('list their amounts as the month lists its currencies, without those that come to nothing', () => {
    const money = [
      { currency: 'chf', difference: '2' },
      { currency: 'eur', difference: '0.00' },
      { currency: 'usd', difference: '-1' },
    ];
    expect(worthOf(money, ['usd', 'eur', 'chf']).map(({ currency }) => currency)).toEqual(['usd', 'chf']);
    expect(worthOf([{ currency: 'usd', difference: '0' }], [])).toEqual([{ currency: 'usd', difference: '0' }]);
  });

  const about = (code: IncidentView['code'], worths: readonly string[], differences: readonly string[] = []) => ({
    code,
    quantities: worths.map((worth) => ({ meter: 'm', unit: 'u', worth })),
    money: differences.map((difference) => ({ currency: 'usd', difference })),
  });
  test.each([
    [about('missed_push', ['4']), 'under'],
    [about('duplicate_push', ['-4']), 'over'],
    [about('zone_shift', ['-4', '4']), 'differs'],
    [about('wrong_aggregation', [], ['-0.5']), 'over'],
    [about('late_push', ['4']), 'clock'],
    [about('unmapped', ['4']), 'unmapped'],
  ])('%o is drawn as %s', (incident, mark) => {
    expect(incidentMark(incident).mark).toBe(mark);
  });

  test('have a short name for the filter', () => {
    const hours = { from: '2026-05-14T03:00:00Z', to: '2026-05-14T07:00:00Z' };
    expect(incidentName({ code: 'missed_push', hours, factor: null })).toBe('Missed push, 14 May 03:00–07:00 UTC');
    expect(incidentName({ code: 'unit_scale', hours: null, factor: '1/1000' })).toBe('Unit scale, ÷1000');
    expect(factorText('unit_scale', '60')).toBe('×60');
    expect(factorText('zone_shift', '-2')).toBe('−2 h');
    expect(factorText('zone_shift', '5')).toBe('+5 h');
  });
});

describe('the hours of a cause', () => {
  const at = (hour: number): string => `2026-05-14T0${hour}:00:00Z`;
  const hours = [0, 1, 2, 3, 4, 5].map(
    (hour): HourPoint => ({
      at: at(hour),
      measured: '10',
      metered: hour === 3 ? '0' : '10',
      measuredCumulative: String((hour + 1) * 10),
      meteredCumulative: String((hour + 1) * 10 - (hour >= 3 ? 10 : 0)),
      difference: hour === 3 ? '10' : '0',
    }),
  );
  const claim = (code: CellClaim['code'], from: number, to: number): CellClaim => ({
    code,
    sentence: '',
    hours: [{ from: at(from), to: at(to) }],
    worth: '10',
    factor: null,
    counterpart: null,
  });
  const cause = (claims: readonly CellClaim[]): CellCause => ({
    code: 'missed_push',
    confidence: 'high',
    sentence: '',
    claims: [...claims],
    left: '0',
    candidates: [],
    prediction: hours.map(({ at: hour, metered, meteredCumulative }) => ({
      at: hour,
      value: metered ?? '0',
      cumulative: meteredCumulative ?? '0',
    })),
    incident: null,
    remedy: null,
  });
  const ofReport = [{ from: at(1), to: at(2), label: 'of the report' }];

  test('are shaded in their order, and named in the table', () => {
    const shaded = shadedHours(
      { hours, explainedBy: ofReport },
      cause([claim('missed_push', 3, 4), claim('seam', 1, 2)]),
    );
    expect(shaded.map(({ from, label }) => [from, label])).toEqual([
      [at(1), 'cutover seam'],
      [at(3), 'missed push'],
    ]);
    expect(explanationAt(at(3), shaded)).toBe('missed push');
  });

  test('are those of the report until the cause is there, and where it tells of none', () => {
    expect(shadedHours({ hours, explainedBy: ofReport }, undefined)).toBe(ofReport);
    expect(shadedHours({ hours, explainedBy: ofReport }, cause([]))).toBe(ofReport);
  });

  test('are not shaded where they are the whole month', () => {
    expect(shadedHours({ hours, explainedBy: ofReport }, cause([claim('unit_scale', 0, 6)]))).toEqual([]);
  });

  test('part the third line from the measured one, and nowhere else is it drawn', () => {
    const prediction = predictionOf(cause([]));
    expect(chartData(hours, 'hourly', prediction).predicted).toEqual([null, null, 10, 0, 10, null]);
    expect(chartData(hours, 'cumulative', prediction).predicted).toEqual([null, null, 30, 30, 40, 50]);
    expect(chartData(hours, 'hourly').predicted).toEqual([null, null, null, null, null, null]);
  });
});
