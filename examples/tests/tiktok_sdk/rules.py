"""An audience of rules: whoever visited a website and did not pay."""

import json

from business_api_client import (
    DmpcustomAudiencerulecreateRuleSpec as RuleSpec,
    DmpcustomAudiencerulecreateRuleSpecExclusionRuleSet as ExclusionRuleSet,
    DmpcustomAudiencerulecreateRuleSpecExclusionRuleSetFilterSet as ExclusionFilterSet,
    DmpcustomAudiencerulecreateRuleSpecExclusionRuleSetFilterSetFilters as ExclusionFilter,
    DmpcustomAudiencerulecreateRuleSpecExclusionRuleSetRules as ExclusionRule,
    DmpcustomAudiencerulecreateRuleSpecInclusionRuleSet as InclusionRuleSet,
    DmpcustomAudiencerulecreateRuleSpecInclusionRuleSetFilterSet as InclusionFilterSet,
    DmpcustomAudiencerulecreateRuleSpecInclusionRuleSetFilterSetFilters as InclusionFilter,
    DmpcustomAudiencerulecreateRuleSpecInclusionRuleSetFilterSetParameterFilters as ParameterFilter,
    DmpcustomAudiencerulecreateRuleSpecInclusionRuleSetRules as InclusionRule,
    RuleCreateBody,
)

from sdk import ACCOUNT, TOKEN, a_day_passes, audiences, data, details, refused


def run():
    page = ParameterFilter(field="URL", operator="CONTAINS", values=["shop"])
    visit = InclusionFilter(field="EVENT", operator="EQ", value="PAGE BROWSE", parameter_filters=[page])
    payment = ExclusionFilter(field="EVENT", operator="EQ", value="PIXEL COMPLETE PAYMENT")
    visitors = InclusionRule(
        event_source_ids=["C1"], retention_days=30, filter_set=InclusionFilterSet(operator="OR", filters=[visit])
    )
    buyers = ExclusionRule(retention_days=7, filter_set=ExclusionFilterSet(operator="OR", filters=[payment]))
    create = RuleCreateBody(
        advertiser_id=ACCOUNT, custom_audience_name="Visitors", audience_type="PIXEL", retention_in_days=90,
        rule_spec=RuleSpec(
            inclusion_rule_set=InclusionRuleSet(operator="OR", rules=[visitors]),
            exclusion_rule_set=ExclusionRuleSet(operator="OR", rules=[buyers]),
        ),
    )
    created = data(audiences.dmp_custom_audience_rule_create(TOKEN, body=create), "custom_audience_id")
    audience = created["custom_audience_id"]
    visitors.retention_days = 8
    refused(40002, audiences.dmp_custom_audience_rule_create, TOKEN, body=create)

    a_day_passes()
    listed = audiences.dmp_custom_audience_list(ACCOUNT, TOKEN, custom_audience_ids=[audience])["data"]["list"]
    assert [row["audience_type"] for row in listed] == ["Website Audience"], listed
    shown = details(audience)
    assert shown["type"] == "Website Audience" and shown["is_auto_refresh"] is True, shown
    assert shown["calculate_type"] is None and shown["cover_num"] == 5000 and shown["is_valid"] is True, shown
    rule = json.loads(shown["rule"])
    assert rule["inclusions"]["rules"][0]["event_source_ids"] == ["C1"], rule
    assert rule["exclusions"]["rules"][0]["filter_set"]["filters"][0]["value"] == "PIXEL COMPLETE PAYMENT", rule
