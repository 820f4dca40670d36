"""Ask the web node in this container whether it lives; exit with 1 when it does not.

Only /healthz: whether it gets traffic is the balancer's question, and no restart brings a lost database back.
"""

import os
import sys
import urllib.request

url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz"
request = urllib.request.Request(url, headers={"Host": os.environ["ALLOWED_HOSTS"].split(",")[0].strip()})
try:
    urllib.request.urlopen(request, timeout=4).close()  # noqa: S310 - http, to this container
except OSError as error:
    sys.exit(f"{url}: {error}")
