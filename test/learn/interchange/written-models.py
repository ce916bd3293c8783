# Adds to the models of written-models.ts what onnxruntime 1.30.0 answers when it runs their ONNX bytes, which onnx 1.23.1
# finds correct, and replaces the bytes by their SHA-256: the test proves that it writes the same ones.
import base64
import hashlib
import json
import sys

import numpy as np
import onnx
import onnxruntime

cases = json.load(sys.stdin)
for case in cases:
    content = base64.b64decode(case.pop('onnx'))
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    rows = np.array([[np.nan if value is None else value for value in row] for row in case['rows']], dtype=np.float32)
    answer = onnxruntime.InferenceSession(content).run(None, {'input': rows})[-1]
    case['predicted'] = answer[:, -1].astype(float).tolist()
    case['sha256'] = hashlib.sha256(content).hexdigest()
print(json.dumps(cases))
