#!/bin/sh
# Asks the default model (npm start) with curl: sh model/examples/clients/ask.sh [URL]
set -eu
url=${1:-http://localhost:3000}
# One row as JSON, then two rows as CSV with an answer as CSV.
curl -sSf "$url/predict" -d '{"age":54}'
echo
curl -sSf "$url/predict" -H 'content-type: text/csv' -H 'accept: text/csv' --data-binary 'age
54
61
'
