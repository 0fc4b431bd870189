use proptest::prelude::*;

use super::*;
use crate::wire::ReplyError;

fn answered(code: i64, message: &str) -> Failure {
    Failure::Reply(ReplyError::Refused { code, message: message.to_owned(), request_id: None })
}

fn decide(failure: &Failure, attempts: u32, throttled: u32, idempotent: bool) -> Decision {
    let around = Surroundings { jitter: 0.5, until_midnight: Duration::from_secs(3600) };
    let progress = Progress { attempts, throttled, waited: Duration::ZERO };
    RetryPolicy::default().decide(progress, failure, idempotent, around)
}

fn wait(millis: u64) -> Decision {
    Decision::Wait(Duration::from_millis(millis))
}

fn give_up_for(seconds: u64) -> Decision {
    Decision::GiveUp(Retry::After(Duration::from_secs(seconds)))
}

#[test]
fn errors_on_tiktoks_side_back_off_exponentially_and_then_ask_for_five_minutes() {
    let failure = answered(50000, "");
    let decisions: Vec<_> = (1..=6).map(|attempt| decide(&failure, attempt, 0, true)).collect();
    assert_eq!(decisions, [wait(500), wait(1000), wait(2000), wait(4000), wait(8000), give_up_for(300)]);
}

#[test]
fn a_throttle_is_waited_out_by_the_second_then_by_five_minutes_and_then_left_to_the_next_day() {
    let failure = answered(40100, "Too many requests. Please retry in some time.");
    let decisions: Vec<_> = (1..=5).map(|attempt| decide(&failure, attempt, attempt, true)).collect();
    assert_eq!(decisions, [wait(1500), wait(3000), wait(6000), wait(300_000), give_up_for(3600)]);
}

#[test]
fn a_message_that_names_the_quota_is_believed() {
    assert_eq!(decide(&answered(40133, "current QPS 12, limit 10"), 5, 5, true), wait(24_000));
    assert_eq!(decide(&answered(40100, "QPM limit"), 1, 1, true), wait(300_000));
    assert_eq!(decide(&answered(40100, "exceeds the QPD quota"), 1, 1, true), give_up_for(3600));
}

#[test]
fn what_is_not_idempotent_is_sent_again_only_when_it_was_certainly_not_carried_out() {
    assert_eq!(decide(&answered(40100, ""), 1, 1, false), wait(1500));
    assert_eq!(decide(&answered(50002, ""), 1, 0, false), give_up_for(300));
    assert_eq!(decide(&answered(40202, ""), 1, 0, false), give_up_for(300));
    assert_eq!(decide(&Failure::TimedOut(Duration::from_secs(1)), 1, 0, false), give_up_for(300));
}

#[test]
fn what_tiktok_calls_wrong_is_not_sent_again() {
    for code in [40000, 40001, 40002, 40011, 40105, 40118] {
        assert_eq!(decide(&answered(code, ""), 1, 0, true), Decision::GiveUp(Retry::Never), "{code}");
    }
}

#[test]
fn codes_on_which_sources_disagree_are_sent_twice_more() {
    let decisions: Vec<_> = (1..=3).map(|attempt| decide(&answered(40700, ""), attempt, 0, true)).collect();
    assert_eq!(decisions, [wait(500), wait(1000), Decision::GiveUp(Retry::Never)]);
}

#[test]
fn the_budget_bounds_the_waiting() {
    let policy = RetryPolicy { budget: Duration::from_secs(60), ..RetryPolicy::default() };
    let around = Surroundings { jitter: 0.5, until_midnight: Duration::from_secs(3600) };
    let progress = Progress { attempts: 4, throttled: 4, waited: Duration::from_secs(10) };
    assert_eq!(policy.decide(progress, &answered(40100, ""), true, around), give_up_for(300));
}

proptest! {
    #[test]
    fn no_back_off_is_longer_than_the_longest(attempts in any::<u32>(), jitter in 0.0..1.0_f64) {
        let policy = RetryPolicy::default();
        prop_assert!(policy.back_off(attempts, jitter) <= policy.longest_delay);
    }

    #[test]
    fn every_request_ends(code in 0_i64..80_000, jitter in 0.0..1.0_f64) {
        let around = Surroundings { jitter, until_midnight: Duration::from_secs(1) };
        let policy = RetryPolicy::default();
        let mut progress = Progress::default();
        let failure = answered(code, "");
        for _ in 0..policy.attempts {
            progress.attempts += 1;
            progress.throttled += u32::from(failure.retry_class() == RetryClass::Throttled);
            match policy.decide(progress, &failure, true, around) {
                Decision::Wait(wait) => progress.waited += wait,
                Decision::GiveUp(_) => return Ok(()),
            }
            prop_assert!(progress.waited <= policy.budget);
        }
        prop_assert!(false, "code {code} was sent more than {} times", policy.attempts);
    }
}
