"""TikTok's own SDK (PyPI: tiktok-business-api-sdk-official) against a simulator whose address is the only argument.

Every audience endpoint that the SDK has is called, with the SDK's models, until it has answered and until it has refused.
"""

import applying
import connecting
import deleting
import files
import overlap
import reading
import rules
import saved
import sdk
import sharing

for case in [connecting, reading, sharing, applying, files, rules, saved, overlap, deleting]:
    case.run()

endpoints = sdk.every_endpoint()
assert endpoints, "the SDK has no audience endpoint"
for what, covered in [("answer", sdk.audiences.answered), ("refusal", sdk.audiences.refused)]:
    assert endpoints <= covered, f"not covered by any {what}: {sorted(endpoints - covered)}"
print(f"all {len(endpoints)} audience endpoints of the SDK answered and refused as they should")
