"""Every audience is deleted, and refused from then on."""

from business_api_client import CustomAudienceDeleteBody

from sdk import ACCOUNT, TOKEN, audiences, data, refused


def run():
    listed = audiences.dmp_custom_audience_list(ACCOUNT, TOKEN, page_size=100)["data"]["list"]
    assert listed
    delete = CustomAudienceDeleteBody(
        advertiser_id=ACCOUNT, custom_audience_ids=[audience["audience_id"] for audience in listed]
    )
    data(audiences.dmp_custom_audience_delete(TOKEN, body=delete))
    assert audiences.dmp_custom_audience_list(ACCOUNT, TOKEN)["data"]["list"] == []
    refused(40007, audiences.dmp_custom_audience_delete, TOKEN, body=delete)
