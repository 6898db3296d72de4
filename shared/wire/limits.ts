/** Most bytes of a request's body: what SageMaker's InvokeEndpoint takes (6 MB). */
export const MAX_BODY_BYTES = 6_291_456;

/** Most rows of one request to the public API: what a Lambda answers well within its time-out. */
export const MAX_ROWS = 10_000;
