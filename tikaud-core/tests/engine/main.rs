//! The engine as its users meet it: activations over segments, destinations and state stores.

mod canary;
mod crash;
mod runs;
mod world;
