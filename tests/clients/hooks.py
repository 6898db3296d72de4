"""Content types that schemathesis has no writer of: texts, as the document says."""

import schemathesis


@schemathesis.serializer("application/jsonlines", "application/x-ndjson", "application/x-npy")
def lines(ctx, value):
    return str(value).encode()
