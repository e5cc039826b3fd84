import { expect, test } from 'vitest';
import { attachIpcHost, type IpcEvent, type IpcMain } from '../../../main/hosts/ipc.ts';
import { BRIDGE_CHANNELS, type BridgeEvent, type BridgeReply } from '../../../shared/contract/bridge.ts';
import { emptyApi, someJob } from './empty-api.ts';

const OURS = 'file:///app/renderer/index.html';

/** A typed double of Electron's ipcMain that keeps what was registered. */
function doubleIpc() {
  const handlers = new Map<string, (event: IpcEvent, message: unknown) => Promise<BridgeReply>>();
  const listeners = new Map<string, (event: IpcEvent, ...message: unknown[]) => void>();
  const ipcMain: IpcMain = {
    handle: (channel, listener) => void handlers.set(channel, listener),
    on: (channel, listener) => void listeners.set(channel, listener),
  };
  attachIpcHost(ipcMain, { api: emptyApi, isOurs: (url) => url.split('#')[0] === OURS });
  return { handlers, listeners };
}

function eventFrom(url: string, parent: unknown = null) {
  const sent: { channel: string; id: number; event: BridgeEvent }[] = [];
  const event: IpcEvent = {
    senderFrame: { url, parent },
    sender: {
      id: 7,
      isDestroyed: () => false,
      send: (channel, id, bridgeEvent) => void sent.push({ channel, id, event: bridgeEvent }),
      once: () => {},
    },
  };
  return { event, sent };
}

const call = (event: IpcEvent, message: unknown): Promise<BridgeReply> | undefined =>
  doubleIpc().handlers.get(BRIDGE_CHANNELS.call)?.(event, message);

test('a call from our window is answered', async () => {
  const answer = await call(eventFrom(`${OURS}#/months`).event, { path: 'jobs.list', type: 'query', input: undefined });
  expect(answer).toEqual({ ok: true, data: [someJob] });
});

test.each([
  ['another page', eventFrom('https://evil.example/').event],
  ['a frame inside our window', eventFrom(OURS, { url: OURS }).event],
  ['a frame that is gone', { ...eventFrom(OURS).event, senderFrame: null }],
])('a call from %s is refused', async (_name, event) => {
  const answer = await call(event, { path: 'jobs.list', type: 'query', input: undefined });
  expect(answer).toMatchObject({ ok: false, error: { code: 'host.forbidden' } });
});

test.each([
  ['an unknown procedure', { path: 'shell.run', type: 'query', input: 'rm' }],
  ['a message of another shape', { procedure: 'jobs.list' }],
  ['input that the schema refuses', { path: 'months.summary', type: 'query', input: { month: 'May' } }],
])('%s is an error, not an exception', async (_name, message) => {
  expect(await call(eventFrom(OURS).event, message)).toMatchObject({ ok: false });
});

test('a subscription forwards every value and its end', async () => {
  const { listeners } = doubleIpc();
  const { event, sent } = eventFrom(OURS);
  listeners.get(BRIDGE_CHANNELS.listen)?.(event, 1, { path: 'jobs.watch', input: undefined });
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent.map(({ event: bridgeEvent }) => bridgeEvent.kind)).toEqual(['data', 'end']);
});

test('a subscription from elsewhere gets nothing', async () => {
  const { listeners } = doubleIpc();
  const { event, sent } = eventFrom('https://evil.example/');
  listeners.get(BRIDGE_CHANNELS.listen)?.(event, 1, { path: 'jobs.watch', input: undefined });
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent).toEqual([]);
});
