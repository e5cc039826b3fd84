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
import { CutoverCache } from '../api/pipelines/cutover-cache.ts';
import { cutoverPlan } from '../api/pipelines/cutover-view.ts';
import { ParityCache, type ParityContext } from '../api/pipelines/parity-view.ts';
import { reservationAnswer } from '../api/pipelines/reservation-view.ts';

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
  const cutover = new CutoverCache();
  return {
    pipelinesOverview: () => parity.overview(open()),
    parity: (request) => parity.view(open(), request),
    parityCustomers: (request) => parity.list(open(), request),
    parityCustomer: (key) => parity.detail(open(), key),
    rollup: (request) => cutover.rollup(open(), request),
    cutoverPlan: (request) => cutoverPlan(open(), request),
    cutoverSeam: (request) => cutover.seam(open(), request),
    reservation: (request) => reservationAnswer(open(), request),
  };
}
