"""How many people audiences have in common."""

from sdk import ACCOUNT, TOKEN, a_day_passes, audiences, data, refused, segment

ALONE = {"audience_id", "audience_name", "audience_size", "targetable_users_count_range"}
COMPARED = ALONE | {"benchmark_overlap_rate", "benchmark_overlap_rate_range", "benchmark_overlap_count_range"}


def run():
    benchmark, other = segment("Buyers of May", range(2000)), segment("Buyers of June", range(1500, 2500))
    a_day_passes()
    shown = audiences.audience_insight_overlap(ACCOUNT, benchmark, TOKEN, comparison_custom_audience_ids=[other])
    shown = data(shown, "benchmark_audience", "comparison_audiences")
    alone, [compared] = shown["benchmark_audience"], shown["comparison_audiences"]
    assert set(alone) == ALONE and alone["audience_size"] == 2000, alone
    assert set(compared) == COMPARED and compared["benchmark_overlap_rate"] == "25.00", compared
    data(audiences.audience_insight_overlap(ACCOUNT, benchmark, TOKEN), "benchmark_audience")
    many = [str(id) for id in range(5)]
    refused(40011, audiences.audience_insight_overlap, ACCOUNT, benchmark, TOKEN, comparison_custom_audience_ids=many)
