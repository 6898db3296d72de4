/** Most problems of values that an error of the protocol names. */
const SHOWN_PROBLEMS = 10;

/** Whether a path belongs to the Open Inference Protocol, which has another form for errors. */
export function isV2(path: string): boolean {
  return path === '/v2' || path.startsWith('/v2/');
}

/** An error in the protocol's form: one text, which names the problems of the values too. */
export function v2Problem(detail: string, problems: { path: string; message: string }[] = []): { error: string } {
  const shown = problems.slice(0, SHOWN_PROBLEMS).map(({ path, message }) => `${path}: ${message}`);
  const rest = problems.length - shown.length;
  return { error: [detail, ...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ') };
}
