"""TikTok's own SDK (PyPI: tiktok-business-api-sdk-official) against a simulator whose address is the only argument.

Every audience endpoint that the SDK has and the simulator simulates is called, with the SDK's models where it has them.
Segment audiences and their members are not part of the SDK, so those requests are made by hand.
"""

import hashlib
import json
import pathlib
import sys
import tempfile
import urllib.request

from business_api_client import (
    AccountManagementApi,
    ApiClient,
    AudienceApi,
    AuthenticationApi,
    Configuration,
    CustomAudienceApplyBody,
    CustomAudienceCreateBody,
    CustomAudienceDeleteBody,
    CustomAudienceShareBody,
    CustomAudienceUpdateBody,
)
from business_api_client.tiktok_business.tiktok_exceptions import TiktokSDKError

ADDRESS = sys.argv[1]
TOKEN = "act.simulator"
APP, SECRET = "7000000000000000100", "secret.simulator"
ACCOUNT, OTHER = "7000000000000000001", "7000000000000000002"
AD_GROUP = "7200000000000000001"


def post(path, body):
    """A request without the SDK: to the segment endpoints, or to control the simulator."""
    headers = {"Content-Type": "application/json", "Access-Token": TOKEN}
    request = urllib.request.Request(ADDRESS + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as reply:
        answer = json.load(reply)
    assert answer.get("code", 0) == 0, answer
    return answer.get("data", answer)


def refused(code, call, *arguments, **fields):
    """The code with which a call must be refused."""
    try:
        answer = call(*arguments, **fields)
    except TiktokSDKError as error:
        assert str(code) in str(error), error
    else:
        raise AssertionError(f"{call.__name__} was not refused: {answer}")


def uploaded(people):
    """The path of a file of so many e-mails, once it is uploaded."""
    rows = "".join(f"{person:064x}\n" for person in range(people)).encode()
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory, "emails.csv")
        file.write_bytes(rows)
        fields = {"file": str(file), "file_signature": hashlib.md5(rows).hexdigest()}
        answer = audiences.dmp_custom_audience_file_upload(
            TOKEN, advertiser_id=ACCOUNT, calculate_type="EMAIL_SHA256", **fields
        )
    return answer["data"]["file_path"]


configuration = Configuration()
configuration.host = ADDRESS
client = ApiClient(configuration)
audiences, accounts, authentication = AudienceApi(client), AccountManagementApi(client), AuthenticationApi(client)

# A user connects. The SDK has no return_advertiser_ids.
code = post("/simulator/auth_codes", {"accounts": [{"advertiser_id": ACCOUNT}], "scopes": [3]})["auth_code"]
granted = authentication.oauth2_access_token(body={"app_id": APP, "secret": SECRET, "auth_code": code})["data"]
assert granted["advertiser_ids"] == [ACCOUNT] and granted["scope"] == [3], granted
refused(40110, authentication.oauth2_access_token, body={"app_id": APP, "secret": SECRET, "auth_code": code})
listed = authentication.oauth2_advertiser_get(APP, SECRET, TOKEN)["data"]["list"]
assert [account["advertiser_id"] for account in listed] == [ACCOUNT, OTHER], listed
info = accounts.advertiser_info([ACCOUNT], TOKEN, fields=["name", "status"])["data"]["list"]
assert info == [{"name": "Simulated Account 1", "status": "STATUS_ENABLE"}], info

# An audience of a thousand, a day later.
created = post(
    "/open_api/v1.3/segment/audience/",
    {"advertiser_id": ACCOUNT, "action": "create", "custom_audience_name": "Buyers"},
)
audience = created["audience_id"]
rows = [[{"id": f"{person:064x}", "audience_ids": [audience]}] for person in range(1000)]
body = {"advertiser_ids": [ACCOUNT], "action": "add", "id_schema": ["EMAIL_SHA256"], "batch_data": rows}
post("/open_api/v1.3/segment/mapping/", body)
post("/simulator/clock", {"advance_seconds": 86400})

page = audiences.dmp_custom_audience_list(ACCOUNT, TOKEN, page=1, page_size=10)["data"]
assert page["page_info"] == {"page": 1, "page_size": 10, "total_number": 1, "total_page": 1}, page
assert page["list"][0]["audience_id"] == audience and page["list"][0]["audience_type"] == "Partner", page
narrowed = audiences.dmp_custom_audience_list(ACCOUNT, TOKEN, custom_audience_ids=[audience, "1"])["data"]
assert len(narrowed["list"]) == 1, narrowed
details = audiences.dmp_custom_audience_get(ACCOUNT, [audience], TOKEN, history_size=1)["data"]["list"][0]
assert details["audience_details"]["type"] == "Partner", details
assert details["audience_details"]["cover_num"] == 1000 and details["audience_details"]["is_valid"] is True, details
assert details["audience_history"][0]["action"] == "create", details

# Shared, seen by the other account, and taken back.
share = CustomAudienceShareBody(
    advertiser_id=ACCOUNT, custom_audience_ids=[audience], shared_advertiser_ids=[OTHER]
)
audiences.dmp_custom_audience_share(TOKEN, body=share)
seen = audiences.dmp_custom_audience_list(OTHER, TOKEN)["data"]["list"][0]
assert seen["is_creator"] is False and seen["shared"] is True, seen
log = audiences.dmp_custom_audience_share_log(ACCOUNT, audience, TOKEN)["data"]["list"]
assert [entry["shared_advertiser_id"] for entry in log] == [OTHER], log
cancel = {"advertiser_id": ACCOUNT, "custom_audience_id": audience, "shared_advertiser_id": OTHER}
audiences.dmp_custom_audience_share_cancel(TOKEN, body=cancel)
refused(40002, audiences.dmp_custom_audience_share_cancel, TOKEN, body=cancel)

# Applied to an ad group, and disconnected.
apply = CustomAudienceApplyBody(
    advertiser_id=ACCOUNT, custom_audience_id=audience, adgroup_ids=[AD_GROUP], action_mode="Apply", usage_mode="Include"
)
audiences.dmp_custom_audience_apply(TOKEN, body=apply)
log = audiences.dmp_custom_audience_apply_log(ACCOUNT, [audience], TOKEN, page=1, page_size=10)["data"]
assert log["list"][0]["adgroup_id"] == AD_GROUP and log["page_info"]["total_number"] == 1, log
disconnect = {
    "advertiser_id": ACCOUNT, "custom_audience_id": audience, "adgroup_ids": [AD_GROUP], "action_mode": "Disconnect",
}
audiences.dmp_custom_audience_apply(TOKEN, body=disconnect)

# A lookalike, refreshed.
spec = {
    "source_audience_id": audience, "include_source": False, "mobile_os": "ALL", "placements": ["TikTok"],
    "location_ids": ["6252001"], "audience_size": "BALANCED",
}
body = {"advertiser_id": ACCOUNT, "custom_audience_name": "Like buyers", "lookalike_spec": spec}
lookalike = audiences.dmp_custom_audience_lookalike_create(TOKEN, body=body)["data"]["custom_audience_id"]
audiences.dmp_custom_audience_lookalike_update(TOKEN, body={"advertiser_id": ACCOUNT, "custom_audience_ids": [lookalike]})
details = audiences.dmp_custom_audience_get(ACCOUNT, [lookalike], TOKEN)["data"]["list"][0]["audience_details"]
assert details["type"] == "Lookalike Audience" and details["lookalike_spec"] == spec, details

# An audience of a customer file, which takes no change for a day, is added to, and gets another name.
body = CustomAudienceCreateBody(
    advertiser_id=ACCOUNT, custom_audience_name="Buyers by file", calculate_type="EMAIL_SHA256",
    file_paths=[uploaded(1000)],
)
of_file = audiences.dmp_custom_audience_create(TOKEN, body=body)["data"]["custom_audience_id"]
body = CustomAudienceUpdateBody(
    advertiser_id=ACCOUNT, custom_audience_id=of_file, action="APPEND", file_paths=[uploaded(1500)]
)
refused(40002, audiences.dmp_custom_audience_update, TOKEN, body=body)
post("/simulator/clock", {"advance_seconds": 86400})
body.file_paths = [uploaded(1500)]
audiences.dmp_custom_audience_update(TOKEN, body=body)
post("/simulator/clock", {"advance_seconds": 86400})
body = {"advertiser_id": ACCOUNT, "custom_audience_id": of_file, "custom_audience_name": "Buyers of May"}
audiences.dmp_custom_audience_update(TOKEN, body=body)
found = audiences.dmp_custom_audience_get(ACCOUNT, [of_file], TOKEN, history_size=3)["data"]["list"][0]
details = found["audience_details"]
assert details["type"] == "Customer File Audience" and details["calculate_type"] == "EMAIL_SHA256", details
assert details["cover_num"] == 1500 and details["name"] == "Buyers of May", details
assert [row["action"] for row in found["audience_history"]] == ["rename", "append", "create"], found

# Deleted, and refused from then on.
delete = CustomAudienceDeleteBody(advertiser_id=ACCOUNT, custom_audience_ids=[audience, lookalike, of_file])
audiences.dmp_custom_audience_delete(TOKEN, body=delete)
assert audiences.dmp_custom_audience_list(ACCOUNT, TOKEN)["data"]["list"] == []
refused(40007, audiences.dmp_custom_audience_delete, TOKEN, body=delete)
refused(40105, audiences.dmp_custom_audience_list, ACCOUNT, "act.wrong")
refused(40001, audiences.dmp_custom_audience_list, "7000000000000000003", TOKEN)

print("every call went as it should")
