//! The simulator as its users see it: requests in, responses out.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod audiences;
#[cfg(test)]
mod carriers;
#[cfg(test)]
mod control;
#[cfg(test)]
mod customer_files;
#[cfg(test)]
mod endpoints;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod mapping;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod overlap;
#[cfg(test)]
mod rule_audiences;
#[cfg(test)]
mod saved_audiences;
#[cfg(test)]
mod sharing;
#[cfg(test)]
mod support;
#[cfg(test)]
mod using;
#[cfg(test)]
mod validation;
#[cfg(test)]
mod wiremock_front;
