//! A segment, the engine, the client and a simulated TikTok Ads together: what users get.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod connect;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod customer_file;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod kinds;
#[cfg(test)]
mod life;
#[cfg(test)]
mod management;
#[cfg(test)]
mod names;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
#[path = "../simulator/wiremock_front.rs"]
mod wiremock_front;
