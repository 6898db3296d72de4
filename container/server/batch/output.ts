import type { ServerResponse } from 'node:http';
import { cutOff } from '../http.ts';

/** How much of an answer is held until its payload is known to be good, in bytes. */
const MOST_HELD = 16_777_216;
/** Held texts are joined to pieces of about so many characters, since each that is sent costs a little. */
const JOINED = 65_536;

/** The answer to a payload, which is sent as it is computed. */
export type Output = {
  /** Takes more of the answer. Waits while the client does not read. Throws a 400 where it has gone. */
  write(text: string): Promise<void>;
  /** Sends what is held, and ends the answer. */
  end(): Promise<void>;
};

/**
 * Holds the first MOST_HELD bytes back, so that a payload with a small answer is refused as a whole, with its reason, wherever its bad
 * row stands; and a client that sends all before it reads is heard out. A larger answer begins before its payload was seen to its end.
 */
export function openOutput(response: ServerResponse, headers: () => string[], most = MOST_HELD): Output {
  let held: string[] = [];
  let heldBytes = 0;
  const send = async (text: string) => {
    if (response.destroyed) throw cutOff();
    if (response.write(text)) return;
    await new Promise<void>((resolve) => {
      const go = () => {
        response.off('drain', go).off('close', go);
        resolve();
      };
      response.on('drain', go).on('close', go);
    });
    if (response.destroyed) throw cutOff();
  };
  const sendHeld = async () => {
    const texts = held;
    held = [];
    for (let from = 0; from < texts.length; ) {
      let text = '';
      for (; from < texts.length && text.length < JOINED; from += 1) text += texts[from];
      await send(text);
    }
  };
  return {
    write: async (text) => {
      if (text === '') return;
      if (response.headersSent) return send(text);
      held.push(text);
      heldBytes += Buffer.byteLength(text);
      if (heldBytes <= most) return;
      response.writeHead(200, headers());
      await sendHeld();
    },
    end: async () => {
      if (!response.headersSent) response.writeHead(200, [...headers(), 'content-length', String(heldBytes)]);
      await sendHeld();
      response.end();
    },
  };
}
