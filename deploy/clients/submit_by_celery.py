"""Submit articles from any program that has Celery; nothing of Wiredesk is installed or imported.

pip install "celery[redis]"
python submit_by_celery.py redis://producer:PASSWORD@server:6379/0 < articles.jsonl
"""

import json
import sys

from celery import Celery

app = Celery(broker=sys.argv[1])
app.conf.task_serializer = "json"
for line in sys.stdin:
    if line.strip():
        app.send_task("wiredesk.submit", args=[json.loads(line)], queue="wiredesk.intake", ignore_result=True)
