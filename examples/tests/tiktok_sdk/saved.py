"""A choice of people is saved, listed and deleted."""

from business_api_client import DmpsavedAudiencecreateActions, SavedAudienceCreateBody, SavedAudienceDeleteBody

from sdk import ACCOUNT, FORBIDDEN, TOKEN, audiences, data, refused, segment


def run():
    audience = segment("Chosen", range(10))
    action = DmpsavedAudiencecreateActions(
        action_scene="VIDEO_RELATED", action_period=7, video_user_actions=["LIKED"], action_category_ids=["100"]
    )
    create = SavedAudienceCreateBody(
        advertiser_id=ACCOUNT, saved_audience_name="France", location_ids=["3017382"], gender="GENDER_FEMALE",
        audience_ids=[audience], operating_systems=["IOS"], min_ios_version="14.5", actions=[action],
    )
    saved = data(audiences.dmp_saved_audience_create(TOKEN, body=create), "saved_audience_id")["saved_audience_id"]
    create.location_ids = ["France"]
    refused(40002, audiences.dmp_saved_audience_create, TOKEN, body=create)

    page = audiences.dmp_saved_audience_list(ACCOUNT, TOKEN, saved_audience_ids=[saved, "1"], page=1, page_size=10)
    page = data(page, "page_info", "saved_audiences")
    assert page["page_info"] == {"page": 1, "page_size": 10, "total_number": 1, "total_page": 1}, page
    shown = page["saved_audiences"][0]
    # Every field of the model, and the id; `null` is what was not given.
    names = set(SavedAudienceCreateBody.attribute_map.values()) - {"advertiser_id"} | {"saved_audience_id"}
    assert set(shown) == names, shown
    assert shown["saved_audience_id"] == saved and shown["location_ids"] == ["3017382"], shown
    assert shown["actions"] == [action.to_dict()] and shown["languages"] is None, shown
    refused(40001, audiences.dmp_saved_audience_list, FORBIDDEN, TOKEN)

    delete = SavedAudienceDeleteBody(advertiser_id=ACCOUNT, saved_audience_ids=[saved])
    data(audiences.dmp_saved_audience_delete(TOKEN, body=delete))
    refused(40007, audiences.dmp_saved_audience_delete, TOKEN, body=delete)
    assert audiences.dmp_saved_audience_list(ACCOUNT, TOKEN)["data"]["saved_audiences"] == []
