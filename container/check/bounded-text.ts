/** The text of an answer of at most so many bytes. Throws an Error for a longer one, of which no more is read: a container may go on without end. */
export async function boundedText({ body }: Response, most: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.length;
    // What throws here ends the answer too.
    if (bytes > most) throw new Error(`an answer of more than ${most} bytes`);
    parts.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}
