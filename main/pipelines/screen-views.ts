import type {
  CutoverPlan,
  CutoverRequest,
  ParityDetail,
  ParityKey,
  ParityListRequest,
  ParityRequest,
  ParityView,
  ParityWindow,
  PipelineEntry,
  PipelinesOverview,
  ReservationAnswer,
  ReservationRequest,
  RollupRequest,
  RollupWindow,
  SeamRequest,
  SeamWindow,
  SoakView,
} from '../../shared/contract/pipelines-schemas.ts';
import { TieoutError } from '../../shared/errors.ts';
import { soak } from '../../shared/reconciliation/pipelines/soak.ts';
import { formatInstant, HOUR_MS, type Instant, instant } from '../../shared/values/instant.ts';
import type { Config } from '../config/config.ts';

/** What the Pipelines screen reads of one workspace. */
export type PipelineViews = {
  pipelinesOverview(input: undefined): PipelinesOverview;
  parity(request: ParityRequest): ParityView;
  parityCustomers(request: ParityListRequest): ParityWindow;
  parityCustomer(key: ParityKey): ParityDetail;
  rollup(request: RollupRequest): RollupWindow;
  cutoverPlan(request: CutoverRequest): CutoverPlan;
  cutoverSeam(request: SeamRequest): SeamWindow;
  reservation(request: ReservationRequest): ReservationAnswer;
};

/** @param open the workspace as it is now */
export function pipelineViews(open: () => { readonly config: Config; readonly now: Instant }): PipelineViews {
  return {
    pipelinesOverview() {
      const { config, now } = open();
      return {
        now: formatInstant(now),
        pipelines: config.pipelines.map(({ key, clickhouse, meters }) => ({
          pipeline: key,
          ownSource: clickhouse !== config.clickhouse,
          asOf: null,
          settings: SETTINGS,
          meters: meters.map((meter) => ({
            meter: meter.key,
            unit: config.meters.find((each) => each.key === meter.key)?.unit ?? '',
            template: meter.usage.template,
            hours: 0,
            pulled: null,
            soak: nothingSoaked(now),
            alert: { isAlert: false, streak: 0, since: null, sentence: null },
          })),
          soak: nothingSoaked(now),
          cutovers: [],
        })),
      };
    },
    parity: ({ pipeline }) => nothingPulled(pipeline),
    parityCustomers: ({ pipeline }) => nothingPulled(pipeline),
    parityCustomer: ({ pipeline }) => nothingPulled(pipeline),
    rollup: ({ pipeline }) => nothingPulled(pipeline),
    cutoverPlan: ({ pipeline }) => nothingPulled(pipeline),
    cutoverSeam: ({ pipeline }) => nothingPulled(pipeline),
    reservation: ({ pipeline }) => nothingPulled(pipeline),
  };
}

const GRACE_MS = 600_000;
const REQUIRED_HOURS = 24;

const SETTINGS: PipelineEntry['settings'] = {
  tolerance: '0.02',
  alertShare: '0.1',
  floor: '100',
  minimumCustomers: 3,
  consecutive: 2,
  graceSeconds: GRACE_MS / 1000,
  requiredHours: REQUIRED_HOURS,
};

/** The clock before its first hour: it is ready once as many hours as are required have begun, ended and settled. */
function nothingSoaked(now: Instant): SoakView {
  const { isReady, cleanHours, blockedAt, reason } = soak([], {
    now,
    graceMs: GRACE_MS,
    requiredHours: REQUIRED_HOURS,
  });
  const next = Math.ceil(now / HOUR_MS) * HOUR_MS;
  return {
    ready: isReady,
    cleanHours,
    requiredHours: REQUIRED_HOURS,
    blockedAt: blockedAt === null ? null : formatInstant(blockedAt),
    reason,
    detail: null,
    readyAt: formatInstant(instant(next + REQUIRED_HOURS * HOUR_MS + GRACE_MS)),
  };
}

function nothingPulled(pipeline: string): never {
  throw new TieoutError('reconcile.nothing_pulled', {
    message: `Nothing of the pipeline ${pipeline} was pulled.`,
    path: 'pipelines',
    remedy: 'Pull a month: every pipeline that tieout.yaml names is pulled with it.',
  });
}
