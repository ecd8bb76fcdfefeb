"""Prints what a subscription receives, one JSON line each: subscribe.py API_URL TOKEN KEY ID...

When the connection ends, which the SDK does not tell, it is started again.
"""

import sys
import time

from snowplow_signals import AttributeKeyIdentifiers, SignalsSandbox

api_url, token, key, *ids = sys.argv[1:]
signals = SignalsSandbox(api_url=api_url, sandbox_token=token)
subscription = signals.pull_interventions(AttributeKeyIdentifiers({key: ids}))
subscription.add_handler(lambda received: print(received.model_dump_json(exclude_none=True), flush=True))
subscription.start()
print("started", flush=True)
while True:
    time.sleep(0.1)
    try:
        subscription.start()
    except RuntimeError:
        pass  # it is running
