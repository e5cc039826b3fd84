import type { FormObject } from './form.ts';
import type { Permission } from './keys.ts';
import { Params } from './params.ts';
import type { SandboxState } from './state.ts';

/** One request on its way to an answer. */
export type Call = {
  readonly state: SandboxState;
  readonly params: Params;
  /** The `:id` of the path, or the empty text. */
  readonly id: string;
  readonly expand: readonly string[];
};

export type Endpoint = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Null: any key. */
  readonly permission: Permission | null;
  /** Parameters that it takes, besides `expand`; others are refused. */
  readonly params: readonly string[];
  readonly answer: (call: Call) => unknown;
};

export function callFor(
  endpoint: Endpoint,
  of: { readonly state: SandboxState; readonly id: string; readonly form: FormObject },
): Call {
  const params = new Params(of.form, endpoint.params);
  return { state: of.state, params, id: of.id, expand: params.texts('expand') };
}
