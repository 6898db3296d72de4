"""What the clients' checks share: the servers that tests/clients/main.ts started, and a count of what held."""

import json
import os
import sys
import traceback

with open(os.environ["CLIENTS_FILE"]) as file:
    TARGETS = json.load(file)

FAILED = []
PASSED = []


def check(name, run):
    """Runs one check; what it raises is printed, and counts as a failure."""
    try:
        run()
    except Exception:
        FAILED.append(name)
        print(f"not ok {name}")
        traceback.print_exc(file=sys.stdout)
    else:
        PASSED.append(name)


def same(found, expected):
    """Two values are the same, numbers to the last bit."""
    assert found == expected, f"found {str(found)[:300]}, expected {str(expected)[:300]}"


def every(name, run, urls=("api", "alone", "serve"), models=("heart", "mixed")):
    """A check for each server of each model: `run(url, model)`."""
    for key in models:
        for server in urls:
            model = TARGETS[key]
            check(f"{name}: {key} by {server}", lambda model=model, server=server: run(model[server], model))


def done():
    print(f"clients: {len(PASSED)} passed, {len(FAILED)} failed")
    sys.exit(1 if FAILED else 0)
