"""An audience is shared with another ad account, seen there, and taken back."""

from business_api_client import CustomAudienceShareBody, ShareCancelBody

from sdk import ACCOUNT, FORBIDDEN, OTHER, TOKEN, UNKNOWN, audiences, data, refused, segment


def run():
    audience = segment("Shared", range(1000))
    share = CustomAudienceShareBody(
        advertiser_id=ACCOUNT, custom_audience_ids=[audience], shared_advertiser_ids=[OTHER]
    )
    data(audiences.dmp_custom_audience_share(TOKEN, body=share))
    share.shared_advertiser_ids = [ACCOUNT]
    refused(40002, audiences.dmp_custom_audience_share, TOKEN, body=share)
    seen = audiences.dmp_custom_audience_list(OTHER, TOKEN)["data"]["list"][0]
    assert seen["audience_id"] == audience and seen["is_creator"] is False and seen["shared"] is True, seen

    log = data(audiences.dmp_custom_audience_share_log(ACCOUNT, audience, TOKEN), "list")["list"]
    shown = {
        "custom_audience_id": audience, "shared_advertiser_id": OTHER, "shared_advertiser_name": "Simulated Account 2",
        "status": "SHARED",
    }
    assert log == [shown], log
    refused(40007, audiences.dmp_custom_audience_share_log, ACCOUNT, UNKNOWN, TOKEN)

    cancel = ShareCancelBody(advertiser_id=ACCOUNT, custom_audience_id=audience, shared_advertiser_id=OTHER)
    data(audiences.dmp_custom_audience_share_cancel(TOKEN, body=cancel))
    refused(40002, audiences.dmp_custom_audience_share_cancel, TOKEN, body=cancel)
    cancel.advertiser_id = FORBIDDEN
    refused(40001, audiences.dmp_custom_audience_share_cancel, TOKEN, body=cancel)
