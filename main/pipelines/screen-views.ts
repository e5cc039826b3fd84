import type {
  CutoverPlan,
  CutoverRequest,
  ParityDetail,
  ParityKey,
  ParityListRequest,
  ParityRequest,
  ParityView,
  ParityWindow,
  PipelinesOverview,
  ReservationAnswer,
  ReservationRequest,
  RollupRequest,
  RollupWindow,
  SeamRequest,
  SeamWindow,
} from '../../shared/contract/pipelines-schemas.ts';
import { TieoutError } from '../../shared/errors.ts';
import { ParityCache, type ParityContext } from '../api/pipelines/parity-view.ts';

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
export function pipelineViews(open: () => ParityContext): PipelineViews {
  const parity = new ParityCache();
  return {
    pipelinesOverview: () => parity.overview(open()),
    parity: (request) => parity.view(open(), request),
    parityCustomers: (request) => parity.list(open(), request),
    parityCustomer: (key) => parity.detail(open(), key),
    rollup: ({ pipeline }) => nothingPulled(pipeline),
    cutoverPlan: ({ pipeline }) => nothingPulled(pipeline),
    cutoverSeam: ({ pipeline }) => nothingPulled(pipeline),
    reservation: ({ pipeline }) => nothingPulled(pipeline),
  };
}

function nothingPulled(pipeline: string): never {
  throw new TieoutError('reconcile.nothing_pulled', {
    message: `Nothing of the pipeline ${pipeline} was pulled.`,
    path: 'pipelines',
    remedy: 'Pull a month: every pipeline that tieout.yaml names is pulled with it.',
  });
}
