//! The few connections that short statements share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep};

use super::error::Failure;
use super::link::{Link, Server};

/// Connections at once, and kept.
const CONNECTIONS: usize = 4;
/// One that nobody used for so long may have been forgotten by something on the way, which would be noticed late.
const FRESH: Duration = Duration::from_secs(60);
/// How long others are tried after a connection that broke: as long as a server takes that is started anew.
const PATIENCE: Duration = Duration::from_secs(15);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

pub(super) struct Pool {
    server: Server,
    turns: Semaphore,
    idle: Mutex<Vec<(Link, Instant)>>,
}

/// A connection for one piece of work. Unless it is given back, in working order and with nothing going on, it is closed.
pub(super) struct Lent<'a> {
    pub(super) link: Link,
    pool: &'a Pool,
    turn: SemaphorePermit<'a>,
}

impl Pool {
    pub(super) fn new(server: Server) -> Self {
        Self { server, turns: Semaphore::new(CONNECTIONS), idle: Mutex::default() }
    }

    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    /// A connection, once one of the few is free.
    pub(super) async fn take(&self, patience: &Patience) -> Result<Lent<'_>, Failure> {
        let turn = self.turns.acquire().await.map_err(|closed| Failure::Unfit(closed.to_string()))?;
        if patience.was_tried() {
            // What broke one connection has mostly broken the others.
            self.idle().clear();
        }
        let link = match self.take_idle() {
            Some(link) => link,
            None => Link::open(&self.server).await?,
        };
        Ok(Lent { link, pool: self, turn })
    }

    /// A connection apart from the few, for as long as somebody wants it.
    pub(super) async fn open(&self) -> Result<Link, Failure> {
        Link::open(&self.server).await
    }

    /// A connection in working order, with nothing going on.
    pub(super) fn keep(&self, link: Link) {
        let mut idle = self.idle();
        if idle.len() < CONNECTIONS {
            idle.push((link, Instant::now()));
        }
    }

    fn take_idle(&self) -> Option<Link> {
        let mut idle = self.idle();
        idle.retain(|(_, since)| since.elapsed() < FRESH);
        idle.pop().map(|(link, _)| link)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Link, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Lent<'a> {
    pub(super) fn give_back(self) {
        self.pool.keep(self.link);
    }

    /// The connection, and what is to be kept as long as it is used.
    pub(super) fn apart(self) -> (Link, SemaphorePermit<'a>) {
        (self.link, self.turn)
    }
}

/// For how long, and how often, something is tried that fails for want of a connection.
pub(super) struct Patience {
    since: Instant,
    pause: Duration,
    tried: bool,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { since: Instant::now(), pause: FIRST_PAUSE, tried: false }
    }

    fn was_tried(&self) -> bool {
        self.tried
    }

    /// Waits until it is worth another try, or gives the failure back.
    pub(super) async fn after(&mut self, failure: Failure) -> Result<(), Failure> {
        if !failure.is_transient() || self.since.elapsed() + self.pause > PATIENCE {
            return Err(failure);
        }
        sleep(self.pause).await;
        self.tried = true;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}
