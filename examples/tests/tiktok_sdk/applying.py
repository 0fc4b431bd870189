"""An audience is applied to an ad group and disconnected, and people who resemble it are looked for."""

from business_api_client import (
    CustomAudienceApplyBody,
    DmpcustomAudiencelookalikecreateLookalikeSpec,
    LookalikeCreateBody,
    LookalikeUpdateBody,
)

from sdk import ACCOUNT, AD_GROUP, TOKEN, UNKNOWN, a_day_passes, audiences, data, details, refused, segment


def run():
    audience = segment("Applied", range(1000))
    apply = CustomAudienceApplyBody(
        advertiser_id=ACCOUNT, custom_audience_id=audience, adgroup_ids=[AD_GROUP], action_mode="Apply",
        usage_mode="Include",
    )
    refused(40002, audiences.dmp_custom_audience_apply, TOKEN, body=apply)
    a_day_passes()
    data(audiences.dmp_custom_audience_apply(TOKEN, body=apply))
    log = audiences.dmp_custom_audience_apply_log(ACCOUNT, [audience], TOKEN, page=1, page_size=10)
    log = data(log, "advertiser_id", "list", "page_info")
    entry, page = log["list"][0], log["page_info"]
    assert page == {"page": 1, "page_size": 10, "total_number": 1, "total_page": 1}, page
    names = {"audience_id", "adgroup_id", "adgroup_name", "usage_mode", "editor", "action_timestamp"}
    assert set(entry) == names and entry["adgroup_id"] == AD_GROUP and entry["usage_mode"] == "Include", entry
    refused(40007, audiences.dmp_custom_audience_apply_log, ACCOUNT, [UNKNOWN], TOKEN)
    disconnect = CustomAudienceApplyBody(
        advertiser_id=ACCOUNT, custom_audience_id=audience, adgroup_ids=[AD_GROUP], action_mode="Disconnect"
    )
    data(audiences.dmp_custom_audience_apply(TOKEN, body=disconnect))
    resemble(audience)


def resemble(audience):
    """A lookalike audience, computed anew."""
    spec = DmpcustomAudiencelookalikecreateLookalikeSpec(
        source_audience_id=audience, include_source=False, mobile_os="ALL", placements=["TikTok"],
        location_ids=["6252001"], audience_size="BALANCED",
    )
    create = LookalikeCreateBody(advertiser_id=ACCOUNT, custom_audience_name="Like buyers", lookalike_spec=spec)
    created = data(audiences.dmp_custom_audience_lookalike_create(TOKEN, body=create), "custom_audience_id")
    lookalike = created["custom_audience_id"]
    shown = details(lookalike)
    assert shown["type"] == "Lookalike Audience" and shown["lookalike_spec"] == spec.to_dict(), shown
    spec.source_audience_id = lookalike
    refused(40002, audiences.dmp_custom_audience_lookalike_create, TOKEN, body=create)

    update = LookalikeUpdateBody(advertiser_id=ACCOUNT, custom_audience_ids=[lookalike])
    data(audiences.dmp_custom_audience_lookalike_update(TOKEN, body=update))
    update.custom_audience_ids = [audience]
    refused(40002, audiences.dmp_custom_audience_lookalike_update, TOKEN, body=update)
