//! Deadlines are kept by the client, and the gateway is told a later one. If both ended a call at the same moment, the
//! gateway's answer would meet the client's reset of the stream, which h2 takes for a protocol error: the connection breaks,
//! and with it every other call on it.

use std::time::{Duration, Instant};

use tonic::metadata::MetadataMap;
use tonic::{Request, Status};

const LATER: Duration = Duration::from_secs(1);
const KEY: &str = "grpc-timeout";

/// In a request's extensions: when the call ends. Streams keep it themselves.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(pub Instant);

/// One attempt of a call.
pub(crate) async fn within<T, Answer>(
    timeout: Option<Duration>,
    mut request: Request<T>,
    send: impl AsyncFnOnce(Request<T>) -> Result<Answer, Status>,
) -> Result<Answer, Status> {
    let Some(timeout) = timeout else { return send(request).await };
    request.set_timeout(timeout + LATER);
    request.extensions_mut().insert(Deadline(Instant::now() + timeout));
    tokio::time::timeout(timeout, send(request)).await.unwrap_or_else(|_| Err(expired()))
}

/// What is left of a call's time, for its next step.
pub(crate) fn left(end: Option<Instant>) -> Option<Duration> {
    end.map(|end| end.saturating_duration_since(Instant::now()))
}

pub(crate) fn expired() -> Status {
    Status::deadline_exceeded("the call's deadline has passed")
}

/// Takes out what `Request::set_timeout` has put there: at most eight digits and a unit.
pub(crate) fn take_timeout(metadata: &mut MetadataMap) -> Option<Duration> {
    let value = metadata.remove(KEY)?;
    let (number, unit) = value.to_str().ok()?.split_at_checked(value.len().checked_sub(1)?)?;
    let number: u64 = number.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(number * 3600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_set_timeout_put_there() {
        for timeout in [Duration::from_micros(1500), Duration::from_secs(30), Duration::from_secs(86_400)] {
            let mut request = Request::new(());
            request.set_timeout(timeout);
            assert_eq!(take_timeout(request.metadata_mut()), Some(timeout));
            assert_eq!(take_timeout(request.metadata_mut()), None);
        }
    }

    #[tokio::test]
    async fn ends_a_call_that_takes_too_long() {
        let timeout = Some(Duration::from_millis(1));
        let result =
            within(timeout, Request::new(()), async |_| -> Result<(), Status> { std::future::pending().await });
        assert_eq!(result.await.unwrap_err().code(), tonic::Code::DeadlineExceeded);
    }
}
