"""An audience of customer files, which takes no change for a day, is added to, and gets another name."""

from business_api_client import CustomAudienceCreateBody, CustomAudienceUpdateBody

from sdk import ACCOUNT, TOKEN, a_day_passes, audiences, data, refused, uploaded


def run():
    refused(40900, uploaded, 1000, file_signature="0" * 32)
    refused(40909, uploaded, 1000, calculate_type="EMAIL_SHA512")
    create = CustomAudienceCreateBody(
        advertiser_id=ACCOUNT, custom_audience_name="Buyers by file", calculate_type="EMAIL_SHA256",
        file_paths=[uploaded(1000)],
    )
    created = data(audiences.dmp_custom_audience_create(TOKEN, body=create), "custom_audience_id")
    audience = created["custom_audience_id"]
    create.file_paths = ["SIM0000000000099"]
    refused(40905, audiences.dmp_custom_audience_create, TOKEN, body=create)

    update = CustomAudienceUpdateBody(
        advertiser_id=ACCOUNT, custom_audience_id=audience, action="APPEND", file_paths=[uploaded(1500)]
    )
    refused(40002, audiences.dmp_custom_audience_update, TOKEN, body=update)
    a_day_passes()
    update.file_paths = [uploaded(1500)]
    data(audiences.dmp_custom_audience_update(TOKEN, body=update))
    a_day_passes()
    # The SDK sends `action` with it, which is REPLACE by default and does nothing without files.
    rename = CustomAudienceUpdateBody(
        advertiser_id=ACCOUNT, custom_audience_id=audience, custom_audience_name="Buyers of May"
    )
    assert rename.action == "REPLACE", rename
    data(audiences.dmp_custom_audience_update(TOKEN, body=rename))

    got = audiences.dmp_custom_audience_get(ACCOUNT, [audience], TOKEN, history_size=3)["data"]["list"][0]
    shown = got["audience_details"]
    assert shown["type"] == "Customer File Audience" and shown["calculate_type"] == "EMAIL_SHA256", shown
    assert shown["cover_num"] == 1500 and shown["name"] == "Buyers of May", shown
    assert [row["action"] for row in got["audience_history"]] == ["rename", "append", "create"], got
