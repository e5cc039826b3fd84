import { contextBridge, ipcRenderer } from 'electron';
import { type Bridge, CHANNELS } from '../shared/contract/transport.ts';

// The keyhole: two typed functions and nothing else. The page never sees ipcRenderer, a channel name or an event.
let subscriptions = 0;

const bridge: Bridge = {
  call: (call) => ipcRenderer.invoke(CHANNELS.call, { path: call.path, type: call.type, input: call.input }),
  listen(path, onJson) {
    subscriptions += 1;
    const id = subscriptions;
    const receive = (_event: unknown, message: { id: number; json: string }): void => {
      if (message.id === id) onJson(message.json);
    };
    ipcRenderer.on(CHANNELS.value, receive);
    ipcRenderer.send(CHANNELS.listen, { id, path });
    return () => {
      ipcRenderer.off(CHANNELS.value, receive);
      ipcRenderer.send(CHANNELS.unlisten, { id });
    };
  },
};

contextBridge.exposeInMainWorld('tieout', bridge);
