import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody, sendReply } from '../../container/server/http.ts';
import type { ContainerKeys } from '../../container/server/keys.ts';
import { createContainer, MODEL_KEY } from '../../container/server/server.ts';
import { loadShared } from '../../container/server/shared-model.ts';
import { startWorkers, type Workers } from '../../container/server/threads/workers.ts';
import { buildPage } from '../../model/bundle/build-page.ts';
import { jsonReply, problemReply } from '../../shared/api/reply.ts';
import { route } from '../../shared/api/routes.ts';
import type { ModelInfo } from '../../shared/schema/card.ts';
import { PROJECT } from '../support/project.ts';

const { page } = await buildPage(PROJECT);
const open: Server[] = [];
const threads: Workers[] = [];

/** Starts a server on a free port of this machine; its address. */
export async function listen(server: Server): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Ends every server. */
export async function closeServers(): Promise<void> {
  for (const server of open) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  for (const workers of threads.splice(0)) await workers.end();
}

/** The container on its own with a model file, and a thread for its batches as in the image: its page's address. With `keys` it asks for one of them. */
export async function serveModel(file: string, keys?: ContainerKeys): Promise<string> {
  const { model, bytes } = await loadShared(file);
  const workers = startWorkers({ file: new URL('../../container/worker-main.ts', import.meta.url), count: 1 });
  threads.push(workers);
  workers.open(MODEL_KEY, bytes);
  return listen(createContainer(model, { mode: 'alone', log: () => {}, page, workers, keys }));
}

/** A body the page sends: rows in the order of its features, their names, and parameters where there are some. */
export type Asked = { rows: number[][]; columns: string[]; parameters: Record<string, unknown> | undefined };

/**
 * The page of a model that only says what it is, with answers made up by `answer` (the body of a 200, or a Reply's status);
 * each comes after `ms`, and is the model's where it does not say another. The page is the real one.
 */
export function serveAnswers(model: ModelInfo, answer: (asked: Asked) => object | number, ms = 0): Promise<string> {
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '/').split('?')[0] as string;
    try {
      const parts = { parts: page, acceptEncoding: request.headers['accept-encoding'] };
      const reply = await route(request.method ?? 'GET', path, model, () => ({ ok: true }), parts);
      if (reply !== 'predict') return sendReply(response, reply);
      const body = JSON.parse(Buffer.from(await readBody(request)).toString());
      await new Promise((resolve) => setTimeout(resolve, ms));
      const { columns, data } = body.dataframe_split;
      const answered = answer({ rows: data, columns, parameters: body.parameters });
      return sendReply(
        response,
        typeof answered === 'number'
          ? jsonReply({ status: answered, detail: 'made up' }, answered)
          : jsonReply({ model: { name: model.card.name, sha256: model.sha256 }, ...answered }),
      );
    } catch (error) {
      return sendReply(response, problemReply(error, 'test'));
    }
  });
  return listen(server);
}
