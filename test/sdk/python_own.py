"""What only Python can get wrong: its values, a fork, an interpreter that ends. Prints one JSON line."""

import datetime
import decimal
import json
import os
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'sdk', 'python'))
from inkling import Inkling  # noqa: E402

address = sys.argv[1]
losses = []
inkling = Inkling('k', address, on_error=losses.append, flush_interval=60)

circle = {}
circle['circle'] = circle
inkling.track('Circle', user_id='u', properties=circle)
inkling.track('Object', user_id='u', properties={'object': object()})
properties = {
    'nan': float('nan'),
    'infinite': float('-inf'),
    'decimal': decimal.Decimal('12.50'),
    'uuid': uuid.UUID(int=7),
    'moment': datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
    'day': datetime.date(2026, 1, 31),
    'tuple': (1, 2),
    'half': 'a\ud83db',
}
inkling.track('Values', user_id='u', properties=properties, timestamp=datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc))
properties['tuple'] = 'changed later'

sys.stdout.flush()
child = os.fork()
if child == 0:
    inkling.track('From the child', user_id='u')
    sent = inkling.flush(5)
    os._exit(0 if sent else 1)
_, status = os.waitpid(child, 0)
inkling.close()
inkling.track('Late', user_id='u')
print(json.dumps({'losses': [loss['reason'] for loss in losses], 'child': os.WEXITSTATUS(status)}))
