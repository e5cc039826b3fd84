import { request as send } from 'node:http';
import { performTask, timed } from '../child.ts';
import type { Recorded, Server } from '../usage-world.ts';

/** Sends recorded requests again and throws the answers away. */
await performTask<{ readonly server: Server; readonly requests: readonly Recorded[]; readonly check: string }>(
  async ({ server, requests, check }) => {
    const { ms } = await timed(async () => {
      for (const request of requests) await drain(new URL(server.url), request);
    });
    return { ms, check };
  },
);

function drain(target: URL, { path, headers, bodyBase64 }: Recorded): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = send(target, { path, method: 'POST', headers }, (answer) => {
      if (answer.statusCode !== 200) {
        answer.setEncoding('utf8').once('data', (text: string) => reject(new Error(`The server answered: ${text}`)));
        return;
      }
      answer.on('data', () => undefined);
      answer.once('end', resolve);
      answer.once('error', reject);
    });
    outgoing.once('error', reject);
    outgoing.end(Buffer.from(bodyBase64, 'base64'));
  });
}
