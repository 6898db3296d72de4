/**
 * A part of the page as it is served: its text, and the first 8 hex digits of the text's sha256, which stand in its address
 * so that a browser may keep it for good. It is compressed where it is first asked for so: as base64 of gzip it was the
 * larger part of a package, since a zip makes nothing of either.
 */
export type PagePart = { text: string; hash: string };

/** The page's browser code and style sheet, each bundled into one text (model/build-page.ts makes them). */
export type PageParts = { script: PagePart; style: PagePart };

/** Whether a client takes gzip, by its Accept-Encoding (RFC 9110, 12.5.3). */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding ?? '').split(',').some((coding) => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(coding));
}
