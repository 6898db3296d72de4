# Asks the default model (npm start) from Python: python3 model/examples/clients/ask.py [URL]
import json
import sys
import urllib.request

url = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:3000"
request = urllib.request.Request(
    url + "/predict",
    data=json.dumps([{"age": 54}, {"age": 61}]).encode(),
    headers={"content-type": "application/json"},
)
with urllib.request.urlopen(request) as response:
    print(json.dumps(json.load(response)["predictions"]))
