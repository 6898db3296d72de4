/**
 * A part of the page as it is kept: its text compressed by brotli (as base64), which a browser takes over HTTPS, and the first 8
 * hex digits of the text's sha256, which stand in its address so that a browser may keep it for good.
 */
export type PagePart = { brotli: string; hash: string };

/**
 * The page's browser code, what it loads later, what reads a workbook, what shows reasons, and the style sheet, each bundled into one text
 * (model/bundle/build-page.ts makes them); the code and the style sheet of /docs; and canopy.R, for those who work in R.
 */
export type PageParts = {
  script: PagePart;
  later: PagePart;
  workbook: PagePart;
  reasons: PagePart;
  style: PagePart;
  docs: PagePart;
  docsStyle: PagePart;
  canopyR: PagePart;
};
