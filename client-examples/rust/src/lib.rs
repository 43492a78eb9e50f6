//! Session leases at an LDAP directory, through the dirlease gateway.
//!
//! A [`Lease`] is one bound identity. It renews itself when idle and replaces itself, once a call, when it was lost. Its
//! searches are [streams](tokio_stream::Stream) that are abandoned at the directory when they are dropped; its [`Pipeline`]
//! carries many operations on one stream. Requests are those of the contract, [`v1`], or [`tonic::Request`]s of them, which
//! carry a deadline (`set_timeout`) and metadata such as `traceparent`.

mod deadline;
mod entries;
mod error;
mod gateway;
mod lease;
mod pipeline;
mod search;
mod session;

/// Messages and stubs, generated from the contract, whose comments are the documentation.
#[allow(clippy::all, missing_docs, rustdoc::all)]
pub mod v1 {
    tonic::include_proto!("dirlease.v1");
}

#[allow(clippy::all, dead_code, rustdoc::all)]
mod rpc {
    tonic::include_proto!("google.rpc");
}

pub use error::Error;
pub use gateway::Gateway;
pub use lease::{Lease, LeaseOptions, TraceContext};
pub use pipeline::{Operation, Pending, Pipeline};
pub use search::SearchStream;
pub use tonic::transport::{Certificate, ClientTlsConfig, Identity};
pub use tonic::Code;
