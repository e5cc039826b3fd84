import type { CellDetail, CellKey, CellsRequest, CellsWindow, MonthSummary, MonthsMatrix, PullRecord, WorkspaceInfo } from '../shared/contract/schemas.ts';
import type { Instant } from '../shared/values/instant.ts';
import type { Environment } from './config/setting.ts';

export type Views = {
  workspaceInfo(input: undefined): WorkspaceInfo;
  matrix(input: undefined): MonthsMatrix;
  summary(month: string): MonthSummary;
  cells(request: CellsRequest): CellsWindow;
  detail(key: CellKey): CellDetail;
  pulls(input: undefined): readonly PullRecord[];
  refresh(input: undefined): null;
};

export declare function createViews(folder: string, options: { readonly env: Environment; readonly now: () => Instant }): Views;
