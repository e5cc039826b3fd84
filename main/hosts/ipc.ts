import { callTRPCProcedure, getTRPCErrorFromUnknown } from '@trpc/server';
import { z } from 'zod';
import type { Api } from '../../shared/contract/api.ts';
import { BRIDGE_CHANNELS, type BridgeEvent, type BridgeReply } from '../../shared/contract/bridge.ts';
import { appRouter } from '../../shared/contract/router.ts';
import { errorDocument, TieoutError } from '../../shared/errors.ts';

/** The few parts of Electron's `ipcMain` and its events that this host uses; the tests hand in a double. */
export type IpcMain = {
  handle(channel: string, listener: (event: IpcEvent, message: unknown) => Promise<BridgeReply>): void;
  on(channel: string, listener: (event: IpcEvent, ...message: unknown[]) => void): void;
};
export type IpcEvent = {
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
  readonly sender: IpcSender;
};
export type IpcSender = {
  readonly id: number;
  isDestroyed(): boolean;
  send(channel: string, id: number, event: BridgeEvent): void;
  once(event: 'destroyed', listener: () => void): void;
};

const callMessage = z.object({ path: z.string(), type: z.enum(['query', 'mutation']), input: z.unknown() });
const subscriptionId = z.number().int();
const subscription = z.object({ path: z.literal('jobs.watch'), input: z.unknown() });

/**
 * Carries calls between our window and the contract.
 * @param isOurs whether the address of the sending frame is our own page; every other sender is refused
 */
export function attachIpcHost(
  ipcMain: IpcMain,
  options: { readonly api: Api; readonly isOurs: (url: string) => boolean },
): void {
  const listening = new Map<string, AbortController>();

  const isTrusted = (event: IpcEvent): boolean =>
    event.senderFrame !== null && event.senderFrame.parent === null && options.isOurs(event.senderFrame.url);

  ipcMain.handle(BRIDGE_CHANNELS.call, async (event, message) => {
    if (!isTrusted(event)) return { ok: false, error: errorDocument(refusal()) };
    return answerCall(options.api, message);
  });

  ipcMain.on(BRIDGE_CHANNELS.listen, (event, id, request) => {
    const parsedId = subscriptionId.safeParse(id);
    if (!isTrusted(event) || !parsedId.success || !subscription.safeParse(request).success) return;
    const { sender } = event;
    const key = `${sender.id}:${parsedId.data}`;
    const controller = new AbortController();
    listening.set(key, controller);
    sender.once('destroyed', () => controller.abort());
    void forward(options.api, { sender, id: parsedId.data, signal: controller.signal }).finally(() =>
      listening.delete(key),
    );
  });

  ipcMain.on(BRIDGE_CHANNELS.stop, (event, id) => {
    const parsedId = subscriptionId.safeParse(id);
    if (isTrusted(event) && parsedId.success) listening.get(`${event.sender.id}:${parsedId.data}`)?.abort();
  });
}

/** Carries one call to the contract; an error becomes its public document. */
export async function answerCall(api: Api, message: unknown): Promise<BridgeReply> {
  try {
    const call = callMessage.parse(message);
    const value: unknown = await callTRPCProcedure({
      router: appRouter,
      path: call.path,
      getRawInput: async () => call.input,
      ctx: { api },
      type: call.type,
      signal: undefined,
      batchIndex: 0,
    });
    return { ok: true, data: asJson(value) };
  } catch (error) {
    const wrapped = getTRPCErrorFromUnknown(error);
    return { ok: false, error: errorDocument(wrapped.cause ?? wrapped, 'host.bad_request') };
  }
}

async function forward(
  api: Api,
  to: { readonly sender: IpcSender; readonly id: number; readonly signal: AbortSignal },
): Promise<void> {
  const send = (event: BridgeEvent): void => {
    if (!to.sender.isDestroyed()) to.sender.send(BRIDGE_CHANNELS.event, to.id, event);
  };
  try {
    for await (const job of api.jobs.watch(to.signal)) send({ kind: 'data', data: asJson(job) });
    send({ kind: 'end' });
  } catch (error) {
    send({ kind: 'error', error: errorDocument(error) });
  }
}

/** Through JSON, so that this transport accepts nothing that HTTP would lose. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

const refusal = (): TieoutError =>
  new TieoutError('host.forbidden', {
    message: 'The call did not come from our own window.',
    remedy: 'Close the window and open Tieout again.',
  });
