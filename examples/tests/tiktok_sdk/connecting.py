"""A user connects, and the ad accounts are listed."""

from sdk import ACCOUNT, APP, OTHER, SECRET, TOKEN, accounts, authentication, post, refused


def run():
    # The SDK has no return_advertiser_ids.
    code = post("/simulator/auth_codes", {"accounts": [{"advertiser_id": ACCOUNT}], "scopes": [3]})["auth_code"]
    granted = authentication.oauth2_access_token(body={"app_id": APP, "secret": SECRET, "auth_code": code})["data"]
    assert granted["advertiser_ids"] == [ACCOUNT] and granted["scope"] == [3], granted
    refused(40110, authentication.oauth2_access_token, body={"app_id": APP, "secret": SECRET, "auth_code": code})
    listed = authentication.oauth2_advertiser_get(APP, SECRET, TOKEN)["data"]["list"]
    assert [account["advertiser_id"] for account in listed] == [ACCOUNT, OTHER], listed
    info = accounts.advertiser_info([ACCOUNT], TOKEN, fields=["name", "status"])["data"]["list"]
    assert info == [{"name": "Simulated Account 1", "status": "STATUS_ENABLE"}], info
