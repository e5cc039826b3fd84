import type { IncidentView, MonthIncidents } from '../../../shared/contract/incident-schemas.ts';
import { TieoutError } from '../../../shared/errors.ts';
import type { IncidentRecord } from '../../../shared/reconciliation/explain/month-causes.ts';
import type { MonthsContext } from '../cells/context.ts';

/** Why a month is off. @throws TieoutError `period.*` */
export function monthIncidents(context: MonthsContext, month: string): MonthIncidents {
  const { causes } = context.frames.open(context, month).frame.summary;
  return {
    month,
    incidents: causes.incidents.map(incidentView),
    unexplained: { cells: causes.unexplained.cells, money: [...causes.unexplained.money] },
    notAsked: causes.notAsked,
  };
}

export const incidentView = (incident: IncidentRecord): IncidentView => ({
  ...incident,
  meters: [...incident.meters],
  quantities: [...incident.quantities],
  money: [...incident.money],
});

/** @throws TieoutError `host.not_found` where the month has no such incident any more */
export function findIncident(
  { month, causes }: { readonly month: string; readonly causes: { readonly incidents: readonly IncidentRecord[] } },
  id: string,
): IncidentRecord {
  const found = causes.incidents.find((incident) => incident.id === id);
  if (found !== undefined) return found;
  throw new TieoutError('host.not_found', {
    message: `${month} has no incident ${id}.`,
    remedy: 'It may have gone with the last pull; go back to the month.',
  });
}
