"""Audiences are listed and looked at."""

from sdk import ACCOUNT, FORBIDDEN, TOKEN, a_day_passes, audiences, data, refused, segment

LISTED = {
    "audience_id", "name", "audience_type", "calculate_type", "cover_num", "is_valid", "is_expiring", "is_creator",
    "shared", "owner_id", "create_time", "expired_time",
}
GOT = (LISTED - {"audience_type"}) | {
    "type", "audience_sub_type", "is_auto_refresh", "rule", "lookalike_spec", "audience_enhancement",
    "enhancement_status", "msg", "error_msg",
}


def run():
    audience = segment("Buyers", range(1000))
    a_day_passes()
    page = data(audiences.dmp_custom_audience_list(ACCOUNT, TOKEN, page=1, page_size=10), "page_info", "list")
    assert page["page_info"] == {"page": 1, "page_size": 10, "total_number": 1, "total_page": 1}, page
    assert set(page["list"][0]) == LISTED, page
    assert page["list"][0]["audience_id"] == audience and page["list"][0]["audience_type"] == "Partner", page
    narrowed = audiences.dmp_custom_audience_list(ACCOUNT, TOKEN, custom_audience_ids=[audience, "1"])["data"]
    assert len(narrowed["list"]) == 1, narrowed
    refused(40105, audiences.dmp_custom_audience_list, ACCOUNT, "act.wrong")
    refused(40001, audiences.dmp_custom_audience_list, FORBIDDEN, TOKEN)
    refused(40002, audiences.dmp_custom_audience_list, ACCOUNT, TOKEN, page_size=101)

    got = data(audiences.dmp_custom_audience_get(ACCOUNT, [audience], TOKEN, history_size=1), "list")["list"][0]
    details, history = got["audience_details"], got["audience_history"]
    assert set(details) == GOT and details["type"] == "Partner", details
    assert details["cover_num"] == 1000 and details["is_valid"] is True, details
    assert set(history[0]) == {"action", "action_detail", "editor", "msg", "opt_time"}, history
    assert history[0]["action"] == "create", history
    refused(40011, audiences.dmp_custom_audience_get, ACCOUNT, [str(id) for id in range(101)], TOKEN)
