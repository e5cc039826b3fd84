import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ScriptedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** How many requests to this path came before. */
  readonly earlier: number;
  readonly headers: IncomingMessage['headers'];
};

export type ScriptedReply = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Destroys the connection before any answer, or after half of the body. */
  readonly breakOff?: 'before' | 'halfway';
  /** Never answers. */
  readonly hang?: boolean;
};

export type ScriptedStripe = {
  readonly url: string;
  readonly requests: ScriptedRequest[];
  close(): Promise<void>;
};

/** A loopback server that answers as the script says; what the script does not know is Stripe's own 404. */
export async function startScriptedStripe(
  script: (request: ScriptedRequest) => ScriptedReply | undefined,
): Promise<ScriptedStripe> {
  const requests: ScriptedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const request: ScriptedRequest = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      earlier: requests.filter((past) => past.path === url.pathname).length,
      headers: incoming.headers,
    };
    requests.push(request);
    send(outgoing, script(request) ?? unknownUrl(request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One page that is the last. */
export const page = (...data: readonly unknown[]) => ({ object: 'list', data, has_more: false });

export const stripeError = (status: number, error: Readonly<Record<string, unknown>>): ScriptedReply => ({
  status,
  body: { error },
});

const unknownUrl = ({ method, path }: ScriptedRequest): ScriptedReply =>
  stripeError(404, { type: 'invalid_request_error', message: `Unrecognized request URL (${method}: ${path}).` });

function send(outgoing: ServerResponse, reply: ScriptedReply): void {
  if (reply.hang === true) return;
  if (reply.breakOff === 'before') {
    outgoing.destroy();
    return;
  }
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
  const bytes = Buffer.from(text);
  outgoing.writeHead(reply.status ?? 200, {
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    'request-id': 'req_1',
    ...reply.headers,
  });
  if (reply.breakOff === 'halfway') {
    outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => outgoing.destroy());
    return;
  }
  outgoing.end(bytes);
}
