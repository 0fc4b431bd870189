"""TikTok's own SDK, pointed at the simulator whose address is the only argument, and short ways to use it."""

import functools
import hashlib
import inspect
import json
import pathlib
import sys
import tempfile
import urllib.request

from business_api_client import AccountManagementApi, ApiClient, AudienceApi, AuthenticationApi, Configuration
from business_api_client.tiktok_business.tiktok_exceptions import TiktokSDKError

ADDRESS = sys.argv[1]
TOKEN = "act.simulator"
APP, SECRET = "7000000000000000100", "secret.simulator"
ACCOUNT, OTHER, FORBIDDEN = "7000000000000000001", "7000000000000000002", "7000000000000000003"
AD_GROUP = "7200000000000000001"
UNKNOWN = "7100000000000000099"


class Recorded:
    """The audience endpoints of the SDK, with a note of which have answered and which have refused."""

    def __init__(self, api):
        self._api, self.answered, self.refused = api, set(), set()

    def __getattr__(self, name):
        method = getattr(self._api, name)

        @functools.wraps(method)
        def call(*arguments, **fields):
            try:
                answer = method(*arguments, **fields)
            except TiktokSDKError:
                self.refused.add(name)
                raise
            self.answered.add(name)
            return answer

        return call


def every_endpoint():
    """The SDK's audience endpoints, taken from the SDK, so that a new one is not overlooked."""
    methods = inspect.getmembers(AudienceApi, inspect.isfunction)
    return {name for name, _ in methods if not name.startswith("_") and not name.endswith("_with_http_info")}


def post(path, body):
    """A request without the SDK: to the segment endpoints, or to control the simulator."""
    headers = {"Content-Type": "application/json", "Access-Token": TOKEN}
    request = urllib.request.Request(ADDRESS + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as reply:
        answer = json.load(reply)
    assert answer.get("code", 0) == 0, answer
    return answer.get("data", answer)


def refused(code, call, *arguments, **fields):
    """A call that must be refused with this code."""
    try:
        answer = call(*arguments, **fields)
    except TiktokSDKError as error:
        assert str(error).startswith(f"Error Code: {code},"), error
    else:
        raise AssertionError(f"{call.__name__} was not refused: {answer}")


def data(answer, *names):
    """What came back, which must have these fields and no other."""
    # Code and message are what the SDK takes out of it when all went well.
    assert set(answer) == {"request_id", "data"}, answer
    assert set(answer["data"]) == set(names), answer
    return answer["data"]


def a_day_passes():
    post("/simulator/clock", {"advance_seconds": 86400})


def segment(name, people):
    """A segment audience of these e-mails, by numbers. It is not part of the SDK."""
    created = post(
        "/open_api/v1.3/segment/audience/",
        {"advertiser_id": ACCOUNT, "action": "create", "custom_audience_name": name},
    )
    audience = created["audience_id"]
    rows = [[{"id": f"{person:064x}", "audience_ids": [audience]}] for person in people]
    body = {"advertiser_ids": [ACCOUNT], "action": "add", "id_schema": ["EMAIL_SHA256"], "batch_data": rows}
    post("/open_api/v1.3/segment/mapping/", body)
    return audience


def uploaded(people, **changes):
    """The path of a file of so many e-mails, once it is uploaded."""
    rows = "".join(f"{person:064x}\n" for person in range(people)).encode()
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory, "emails.csv")
        file.write_bytes(rows)
        fields = {
            "advertiser_id": ACCOUNT,
            "calculate_type": "EMAIL_SHA256",
            "file": str(file),
            "file_signature": hashlib.md5(rows).hexdigest(),
        }
        answer = audiences.dmp_custom_audience_file_upload(TOKEN, **{**fields, **changes})
    return data(answer, "file_path")["file_path"]


def details(audience):
    """What `get` shows of one audience."""
    return data(audiences.dmp_custom_audience_get(ACCOUNT, [audience], TOKEN), "list")["list"][0]["audience_details"]


configuration = Configuration()
configuration.host = ADDRESS
client = ApiClient(configuration)
audiences = Recorded(AudienceApi(client))
accounts, authentication = AccountManagementApi(client), AuthenticationApi(client)
