import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Most connections at once: beyond them new ones wait in the system's queue, and then refuses. */
const MAX_CONNECTIONS = 1024;
/** With more than this many, each new connection has another one closed, so that there is always room for it. */
const CROWDED = 1_000;
/** An answer of more bytes than this is watched until it is read. */
const LARGE = 65_536;
/** Most bytes of large answers that are held for those who do not read them. */
const MOST_UNREAD_BYTES = 67_108_864;

/**
 * Most requests that may wait on a connection behind an answer that is not sent yet: a piece of 64 KB holds two thousand, and Node hands all of them
 * over before it looks at another connection.
 */
const MOST_BEHIND = 32;
/** Most requests that are passed over behind those: two pieces of 64 KB. Node holds each until the ones before it are answered. */
const MOST_PASSED_OVER = 4_096;

/** The connections of a server, and what is under way on each. */
export type Connections = {
  /**
   * A request's head has come in. Whether it is answered: behind too many others of its connection it is not, which closes after the last of
   * them (RFC 9112, 9.3.2: a client asks again for what had no answer), or at once where thousands more come.
   */
  begin(request: IncomingMessage, response: ServerResponse): boolean;
  /** Its answer of so many bytes was written. */
  end(request: IncomingMessage, response: ServerResponse, bytes: number): void;
  /** Whether no answer on this connection is partly written, so that something else may be said on it. */
  isSilent(socket: Socket): boolean;
  /** How many are open. */
  open(): number;
  /** How many were closed from here to make room. */
  closed(): number;
};

/**
 * A connection: how many requests are under way on it (more than one where they are pipelined), and the latest; how many wait behind an answer
 * that is not sent, whether it takes no more, and how many were passed over since; and when it became idle or busy, counted in such changes of
 * all connections.
 */
type Held = {
  socket: Socket;
  underWay: number;
  behind: number;
  isLast: boolean;
  passedOver: number;
  since: number;
  request: IncomingMessage | undefined;
  response: ServerResponse | undefined;
};

/**
 * Keeps a server's doors open. Whoever holds many connections and sends nothing, or sends it slowly, keeps nobody out: near the limit
 * each new connection closes the one that is idle longest, and where none is, the one whose body has been coming in for longest.
 * A request that came in whole is never cut. (Node closes by itself what sends no whole head within `headersTimeout`.)
 */
export function limitConnections(server: Server): Connections {
  const all = new Map<Socket, Held>();
  const unread = createUnread();
  let [closed, changes] = [0, 0];

  // Looked for when it is wanted, near the limit alone: to keep connections in their order costs each request more.
  const makeRoom = () => {
    const one = longest(all.values(), ({ underWay }) => underWay === 0) ?? longest(all.values(), ({ request }) => !request?.complete);
    if (!one) return;
    closed += 1;
    all.delete(one.socket);
    one.socket.destroy();
  };
  const change = (held: Held, by: number) => {
    held.underWay += by;
    // It became busy, or idle.
    if (held.underWay === (by === 1 ? 1 : 0)) {
      changes += 1;
      held.since = changes;
    }
  };
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket: Socket) => {
    if (all.size >= CROWDED) makeRoom();
    changes += 1;
    const none = { underWay: 0, behind: 0, isLast: false, passedOver: 0, request: undefined, response: undefined };
    all.set(socket, { socket, ...none, since: changes });
    socket.on('close', () => all.delete(socket));
  });
  return {
    begin: (request, response) => {
      const held = all.get(request.socket);
      if (!held) return true;
      if (held.isLast) {
        held.passedOver += 1;
        if (held.passedOver > MOST_PASSED_OVER) held.socket.destroy();
        return false;
      }
      // Node gives the socket to one answer at a time.
      if (!response.socket) waitBehind(held, response);
      change(held, 1);
      held.request = request;
      held.response = response;
      return true;
    },
    end: (request, response, bytes) => {
      if (bytes > LARGE || !response.socket) unread.watch(response, bytes);
      const held = all.get(request.socket);
      if (held) change(held, -1);
    },
    isSilent: (socket) => {
      const { underWay, response } = all.get(socket) ?? { underWay: 0, response: undefined };
      return underWay === 0 || (underWay === 1 && response?.headersSent === false);
    },
    open: () => all.size,
    closed: () => closed,
  };
}

/** Counts an answer that waits until those before it are sent. The last that may wait closes the connection. */
function waitBehind(held: Held, response: ServerResponse): void {
  held.behind += 1;
  response.on('close', () => {
    held.behind -= 1;
  });
  if (held.behind < MOST_BEHIND) return;
  held.isLast = true;
  response.shouldKeepAlive = false;
}

/** Of the connections that are meant, the one that has been as it is for longest. */
function longest(all: Iterable<Held>, isMeant: (held: Held) => boolean): Held | undefined {
  let found: Held | undefined;
  for (const held of all) if (isMeant(held) && held.since < (found?.since ?? Number.POSITIVE_INFINITY)) found = held;
  return found;
}

/** Answers that are not read yet, large ones and those behind others. Where they come to be too many bytes, whoever has kept one waiting longest is cut off. */
function createUnread() {
  const answers = new Map<ServerResponse, number>();
  let total = 0;
  const drop = (response: ServerResponse) => {
    total -= answers.get(response) ?? 0;
    answers.delete(response);
  };
  return {
    watch: (response: ServerResponse, bytes: number) => {
      // An older Node ends what waits behind others after its socket has closed, and tells nobody.
      if (response.destroyed || response.writableFinished || response.req.socket.destroyed) return;
      answers.set(response, bytes);
      total += bytes;
      // An answer that never had the socket does not hear that it closed; its request does.
      for (const one of [response, response.req]) one.on('close', () => drop(response));
      for (const [oldest] of answers) {
        if (total <= MOST_UNREAD_BYTES) break;
        drop(oldest);
        oldest.req.socket.destroy();
      }
    },
  };
}
