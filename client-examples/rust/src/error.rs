use std::{fmt, time::Duration};

use prost::{Message, Name};
use tonic::{Code, Status};

use crate::{rpc, v1};

/// What a failed call ends with: the gRPC code, and what the gateway says beside it.
#[derive(Clone, Debug)]
pub struct Error(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    code: Code,
    message: String,
    reason: String,
    ldap: Option<v1::LdapResult>,
    field: String,
    retry_after: Option<Duration>,
}

impl Error {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            code,
            message: message.into(),
            reason: String::new(),
            ldap: None,
            field: String::new(),
            retry_after: None,
        }))
    }

    /// Details that cannot be read are left out; code and message never are.
    fn with_details(mut self, details: &[prost_types::Any]) -> Self {
        let parts = &mut *self.0;
        for any in details {
            let type_name = any.type_url.rsplit('/').next().unwrap_or_default();
            let bytes = any.value.as_slice();
            if type_name == v1::LdapResult::full_name() {
                parts.ldap = v1::LdapResult::decode(bytes).ok();
            } else if type_name == rpc::ErrorInfo::full_name() {
                parts.reason = rpc::ErrorInfo::decode(bytes).unwrap_or_default().reason;
            } else if type_name == rpc::BadRequest::full_name() {
                let violations = rpc::BadRequest::decode(bytes).unwrap_or_default().field_violations;
                parts.field = violations.into_iter().next().unwrap_or_default().field;
            } else if type_name == rpc::RetryInfo::full_name() {
                let delay = rpc::RetryInfo::decode(bytes).unwrap_or_default().retry_delay;
                parts.retry_after = delay.and_then(|delay| delay.try_into().ok());
            }
        }
        self
    }

    pub fn code(&self) -> Code {
        self.0.code
    }

    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// An LDAP code's name (`NO_SUCH_OBJECT`), or the gateway's own (`SESSION_EXPIRED`, `TOO_MANY_OPERATIONS`). Empty when
    /// the error comes from gRPC itself.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The directory's answer: code, name, matched DN, text, referrals, controls. `None` when it gave none.
    pub fn ldap(&self) -> Option<&v1::LdapResult> {
        self.0.ldap.as_ref()
    }

    /// The request's field that is to blame, with `InvalidArgument` (`filter`); else empty.
    pub fn field(&self) -> &str {
        &self.0.field
    }

    /// How long the gateway asks to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The lease is over, and the call was never begun: open another one and repeat. `Lease` does so by itself, once a
    /// call.
    pub fn session_lost(&self) -> bool {
        self.code() == Code::Unauthenticated && self.reason().starts_with("SESSION_")
    }

    /// Of a write: it may have happened. Read before you repeat it.
    pub fn outcome_unknown(&self) -> bool {
        match self.code() {
            Code::Cancelled | Code::DeadlineExceeded => true,
            // The connection broke under the call.
            Code::Unavailable | Code::Unknown | Code::Internal if self.reason().is_empty() => true,
            // SLOW_CONSUMER: a pipeline's stream was cut off with replies unread.
            _ => matches!(self.reason(), "OUTCOME_UNKNOWN" | "SLOW_CONSUMER"),
        }
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let details = rpc::Status::decode(status.details()).unwrap_or_default().details;
        Self::new(status.code(), status.message()).with_details(&details)
    }
}

impl From<v1::CallStatus> for Error {
    fn from(status: v1::CallStatus) -> Self {
        Self::new(Code::from_i32(status.code), status.message).with_details(&status.details)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.reason().is_empty() { self.code().description() } else { self.reason() };
        write!(f, "{} ({kind})", self.message())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use prost_types::Any;

    fn pack<M: Message + Name>(message: &M) -> Any {
        Any { type_url: format!("type.googleapis.com/{}", M::full_name()), value: message.encode_to_vec() }
    }

    fn status(code: Code, details: Vec<Any>) -> Error {
        let all = rpc::Status { details, ..Default::default() };
        Status::with_details(code, "text", all.encode_to_vec().into()).into()
    }

    fn with_reason(code: Code, reason: &str) -> Error {
        status(code, vec![pack(&rpc::ErrorInfo { reason: reason.into(), ..Default::default() })])
    }

    #[test]
    fn reads_what_the_gateway_says() {
        let ldap = v1::LdapResult {
            code: 32,
            name: "noSuchObject".into(),
            matched_dn: "ou=people,dc=example,dc=com".into(),
            referrals: vec!["ldap://elsewhere".into()],
            ..Default::default()
        };
        let violation = rpc::bad_request::FieldViolation { field: "filter".into(), ..Default::default() };
        let delay = prost_types::Duration { seconds: 0, nanos: 250_000_000 };
        let error = status(
            Code::NotFound,
            vec![
                pack(&rpc::ErrorInfo { reason: "NO_SUCH_OBJECT".into(), ..Default::default() }),
                pack(&ldap),
                pack(&rpc::BadRequest { field_violations: vec![violation] }),
                pack(&rpc::RetryInfo { retry_delay: Some(delay) }),
            ],
        );
        assert_eq!(error.code(), Code::NotFound);
        assert_eq!(error.reason(), "NO_SUCH_OBJECT");
        assert_eq!(error.ldap(), Some(&ldap));
        assert_eq!(error.field(), "filter");
        assert_eq!(error.retry_after(), Some(Duration::from_millis(250)));
        assert_eq!(error.to_string(), "text (NO_SUCH_OBJECT)");
    }

    #[test]
    fn keeps_the_code_without_readable_details() {
        let error: Error = Status::with_details(Code::Unavailable, "gone", vec![0xff, 0xff].into()).into();
        assert_eq!((error.code(), error.reason(), error.ldap()), (Code::Unavailable, "", None));
    }

    #[test]
    fn a_wrong_password_is_no_lost_lease() {
        assert!(with_reason(Code::Unauthenticated, "SESSION_EXPIRED").session_lost());
        assert!(!with_reason(Code::Unauthenticated, "INVALID_CREDENTIALS").session_lost());
        assert!(!with_reason(Code::Aborted, "SESSION_CLOSED").session_lost());
    }

    #[test]
    fn says_when_a_write_may_have_happened() {
        assert!(with_reason(Code::Unknown, "OUTCOME_UNKNOWN").outcome_unknown());
        assert!(Error::new(Code::DeadlineExceeded, "").outcome_unknown());
        assert!(Error::new(Code::Unavailable, "").outcome_unknown());
        assert!(with_reason(Code::ResourceExhausted, "SLOW_CONSUMER").outcome_unknown());
        assert!(!with_reason(Code::ResourceExhausted, "TOO_MANY_OPERATIONS").outcome_unknown());
        assert!(!with_reason(Code::Unavailable, "DRAINING").outcome_unknown());
    }
}
