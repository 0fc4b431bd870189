use futures::future::join_all;

use super::*;

async fn time_for(pace: &Pace, requests: usize) -> f64 {
    let start = Instant::now();
    join_all((0..requests).map(|_| pace.turn())).await;
    start.elapsed().as_secs_f64()
}

#[tokio::test(start_paused = true)]
async fn the_permitted_rate_is_used_to_the_full_and_never_exceeded() {
    for level in AppLevel::ALL {
        let pace = Pace::new(level);
        let seconds = time_for(&pace, 1001).await;
        let part = 1000.0 / seconds / f64::from(level.requests_per_second());
        assert!((0.95..=1.0).contains(&part), "{level:?}: {part}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_second_sees_more_than_its_share_even_after_idleness() {
    let pace = Pace::new(AppLevel::Basic);
    pace.turn().await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(time_for(&pace, 11).await >= 1.0);
}

#[tokio::test(start_paused = true)]
async fn what_was_late_is_made_up_for_within_what_a_second_permits() {
    let pace = Pace::new(AppLevel::Basic);
    let start = Instant::now();
    let mut sent = Vec::new();
    for at in 0..100 {
        // Now and then nothing happens for a fifth of a second: the machine was busy.
        if at % 10 == 5 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        pace.turn().await;
        sent.push(start.elapsed());
    }
    let rate = 99.0 / sent[99].as_secs_f64();
    assert!((9.7..9.81).contains(&rate), "{rate}");
    for eleven in sent.windows(11) {
        assert!(eleven[10] - eleven[0] >= Duration::from_secs(1), "{eleven:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn clones_share_one_pace() {
    let pace = Pace::new(AppLevel::Basic);
    let other = pace.clone();
    let start = Instant::now();
    join_all((0..22).map(|at| if at % 2 == 0 { pace.turn() } else { other.turn() })).await;
    assert!(start.elapsed() >= Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_throttle_stops_those_who_already_wait_and_slows_them_down() {
    let pace = Pace::new(AppLevel::Basic);
    pace.turn().await;
    let start = Instant::now();
    let waiting = async {
        pace.turn().await;
        start.elapsed()
    };
    let throttle = async { pace.throttled(Duration::from_secs(5)) };
    let (waited, ()) = tokio::join!(waiting, throttle);
    assert!(waited >= Duration::from_secs(5), "{waited:?}");
    // 11 more at 9.8 * 0.7 requests per second.
    let seconds = time_for(&pace, 11).await;
    assert!((1.35..1.65).contains(&seconds), "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn requests_that_are_throttled_together_slow_down_once() {
    let pace = Pace::new(AppLevel::Basic);
    for _ in 0..4 {
        pace.throttled(Duration::from_secs(1));
    }
    assert!((pace.state().share - SLOWER).abs() < 1e-9);
}

#[tokio::test(start_paused = true)]
async fn it_is_never_slower_than_an_eighth_and_successes_bring_the_full_pace_back() {
    let pace = Pace::new(AppLevel::Basic);
    for _ in 0..10 {
        pace.throttled(Duration::from_secs(1));
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    assert!((pace.state().share - SLOWEST).abs() < 1e-9);
    // At most 30 small steps and 30 large ones, of at most ten successes each.
    for _ in 0..600 {
        pace.succeeded();
    }
    assert!((pace.current_requests_per_second() - 9.8).abs() < 1e-9, "{pace:?}");
}

/// Part of the permitted requests that are let through in five minutes by a server that counts by the second.
async fn part_used(pace: &Pace, permitted: u32) -> f64 {
    let start = Instant::now();
    let (mut second, mut in_second, mut let_through) = (0, 0, 0);
    while start.elapsed() < Duration::from_secs(300) {
        pace.turn().await;
        if start.elapsed().as_secs() != second {
            (second, in_second) = (start.elapsed().as_secs(), 0);
        }
        if in_second < permitted {
            in_second += 1;
            let_through += 1;
            pace.succeeded();
        } else {
            pace.throttled(Duration::from_millis(1_500));
        }
    }
    f64::from(let_through) / 300.0 / f64::from(permitted)
}

#[tokio::test(start_paused = true)]
async fn a_pace_that_is_set_too_fast_finds_out_what_is_permitted() {
    for (level, permitted) in [(AppLevel::Advanced, 10), (AppLevel::Ultimate, 10), (AppLevel::Premium, 20)] {
        let part = part_used(&Pace::new(level), permitted).await;
        assert!(part > 0.9, "{level:?} at {permitted}: {part}");
    }
    assert!(part_used(&Pace::new(AppLevel::Basic), 10).await > 0.975);
}

#[tokio::test(start_paused = true)]
async fn one_throttle_by_accident_costs_little_of_the_minute_after_it() {
    let pace = Pace::new(AppLevel::Ultimate);
    pace.throttled(Duration::from_millis(1_500));
    let start = Instant::now();
    let mut requests = 0;
    while start.elapsed() < Duration::from_secs(60) {
        pace.turn().await;
        pace.succeeded();
        requests += 1;
    }
    let part = f64::from(requests) / 60.0 / 50.0;
    assert!(part > 0.93, "{part}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_given_up_while_it_waits_holds_up_nobody() {
    let pace = Pace::new(AppLevel::Basic);
    pace.turn().await;
    pace.throttled(Duration::from_secs(5));
    let given_up = tokio::time::timeout(Duration::from_secs(1), pace.turn()).await;
    assert!(given_up.is_err());
    let waited = pace.turn().await;
    assert!((Duration::from_secs(4)..Duration::from_millis(4_100)).contains(&waited), "{waited:?}");
}

#[test]
fn a_rate_that_is_none_is_refused_by_name() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 10_001.0] {
        let error = Pace::try_new(rate).unwrap_err();
        assert!(error.to_string().contains("requests_per_second"), "{error}");
    }
}
