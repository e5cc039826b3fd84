import { contextBridge, ipcRenderer } from 'electron';
import { BRIDGE_CHANNELS, type Bridge, type BridgeEvent } from '../shared/contract/bridge.ts';

// The keyhole: two typed functions and nothing else. The page never sees ipcRenderer, a channel name or an event.
let subscriptions = 0;

const bridge: Bridge = {
  call: ({ path, type, input }) => ipcRenderer.invoke(BRIDGE_CHANNELS.call, { path, type, input }),
  listen({ path, input }, onEvent) {
    subscriptions += 1;
    const id = subscriptions;
    const receive = (_event: unknown, of: number, event: BridgeEvent): void => {
      if (of === id) onEvent(event);
    };
    ipcRenderer.on(BRIDGE_CHANNELS.event, receive);
    ipcRenderer.send(BRIDGE_CHANNELS.listen, id, { path, input });
    return () => {
      ipcRenderer.off(BRIDGE_CHANNELS.event, receive);
      ipcRenderer.send(BRIDGE_CHANNELS.stop, id);
    };
  },
};

contextBridge.exposeInMainWorld('tieout', bridge);
